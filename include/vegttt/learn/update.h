// One update of the adapter from judged rollouts.
//
// Axes (here and in all of learn/): P problems (tasks), G rollouts of one problem, T tokens of a
// completion.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"
#include "vegttt/core/json.h"
#include "vegttt/records/rollout.h"

namespace vegttt::learn {

// Rollouts of one step, keyed order. `usable[i]` is false for unscored ones and for dropped
// truncated ones.
struct Batch {
  std::vector<records::Rollout> rollouts;  // rewards and advantages set
  std::vector<bool> usable;
  // What the teacher reads in place of each rollout's prompt; empty: there is no teacher. A rollout
  // whose teacher prompt is empty has no signal and is left out.
  std::vector<std::vector<int>> teacher_prompts;
};

// Advantages from rewards (facts: algorithms 1.1). NaN rewards (unscored) get 0 and are left out of
// mean and deviation. Groups without spread get 0; their number is reported.
struct AdvantageResult {
  std::vector<double> advantages;
  int groups = 0, flat_groups = 0;
  std::map<std::string, double> share_by_task;  // of sum |A|
  std::map<std::string, int> flat_by_task;      // its groups without spread
  double largest = 0;                           // |A| before clipping
};
// A group: rollouts of one task that read the same prompt.
AdvantageResult advantages_of(const std::vector<records::Rollout>& rollouts,
                              const std::vector<bool>& usable,
                              const config::LearnOptions& options);

struct UpdateStats {
  double loss = 0, grad_norm = 0;
  double kl_sampler_v1 = 0,
         kl_sampler_v2 = 0;  // mean(lp_s - lp), mean((lp_s - lp)^2) / 2 before the step
  double kl_theta0 = 0;      // k3 against the start; computed only for a KL term in the loss
  double entropy = 0, clip_fraction = 0;
  double logprob_gap_max = 0,
         logprob_gap_mean = 0,  // |trainer - stored sampler| before the first gradient step
      logprob_gap_p999 = 0;     // its 99.9th percentile
  std::int64_t trained_tokens = 0;
  // Prompt and completion tokens of passes by theta_0 for a KL term.
  std::int64_t scored_tokens = 0;
  // Of the teacher's passes, counted where they are made.
  std::int64_t teacher_prompt_tokens = 0, teacher_completion_tokens = 0;
  std::int64_t taught = 0;                           // rollouts that the teacher scored
  double teacher_gap_mean = 0, teacher_gap_abs = 0;  // log teacher - log student per token
  double divergence = 0;                             // per token, teacher.loss full
};

// How likely a completion is under some weights.
struct Score {
  std::vector<float> logprobs;  // one per completion token
  double entropy = 0;           // mean over its tokens
};
enum class Weights { kNow, kStart };  // theta_s, theta_0

// What adapt/ needs of a model that learns: implemented by LocalLearner, faked in tests.
class Learner {
 public:
  virtual ~Learner() = default;
  // `sampling` is how the batch was sampled: log-probs are those of that distribution (temperature,
  // filters). Throws MachineError when trainer and sampler log-probs disagree beyond the options'
  // tolerance.
  virtual UpdateStats update(const Batch& batch,
                             const config::LearnOptions& options,
                             const config::SamplingOptions& sampling,
                             const config::TeacherOptions& teacher = {}) = 0;
  // One score per rollout, under the distribution that `sampling` describes. Changes nothing.
  virtual std::vector<Score> score(const std::vector<records::Rollout>& rollouts,
                                   const config::SamplingOptions& sampling,
                                   Weights weights) = 0;
  // Adapter (PEFT format) and optimizer state into `folder`; the caller writes DONE.
  virtual void save(const std::string& folder) const = 0;
  virtual void load(const std::string& folder) = 0;
};

}  // namespace vegttt::learn

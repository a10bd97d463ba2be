// A policy, a learner and a judge that a test can compute by hand, so that the whole loop runs
// exactly, in milliseconds and without a model. The policy writes one of three words, "wrong",
// "slow" or "fast", with probabilities softmax(theta); the learner moves theta along the policy
// gradient.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/learn/update.h"
#include "vegttt/policy/policy.h"

namespace vegttt::test {

struct ScriptedModel {
  std::array<double, 3> theta = {1.0, 0.5, 0.0};  // wrong, slow, fast
  std::array<double, 3> probabilities() const;
};

class ScriptedPolicy : public policy::Sampler {
 public:
  explicit ScriptedPolicy(std::shared_ptr<ScriptedModel> model) : model_(std::move(model)) {}
  std::vector<int> encode_prompt(const std::string& system, const std::string& user) const override;
  std::string decode_completion(const std::vector<int>& tokens) const override;
  void sample(const std::vector<policy::SampleRequest>& requests,
              const config::SamplingOptions& options,
              const std::function<void(std::size_t, policy::Completion)>& done) override;

  int sampled = 0;
  unsigned delay_us = 0;  // per completion

 private:
  std::shared_ptr<ScriptedModel> model_;
};

class FakeLearner : public learn::Learner {
 public:
  explicit FakeLearner(std::shared_ptr<ScriptedModel> model)
      : model_(std::move(model)), start_(*model_) {}
  // A teacher's tokens are counted; what it says is left out.
  learn::UpdateStats update(const learn::Batch& batch,
                            const config::LearnOptions& options,
                            const config::SamplingOptions& sampling,
                            const config::TeacherOptions& teacher) override;
  std::vector<learn::Score> score(const std::vector<records::Rollout>& rollouts,
                                  const config::SamplingOptions& sampling,
                                  learn::Weights weights) override;
  void save(const std::string& folder) const override;
  void load(const std::string& folder) override;

  int updates = 0;
  learn::Batch last;

 private:
  std::shared_ptr<ScriptedModel> model_;
  ScriptedModel start_;
};

// Judges by the first word of a completion. "fast" kernels get a speedup between 1 and 2 from a
// hash of their text.
class FakeEvaluator : public evaluate::Evaluator {
 public:
  records::Evaluation evaluate(const evaluate::Submission& submission,
                               evaluate::Until until) override;
  void evaluate_all(
      const std::vector<evaluate::Submission>& submissions,
      const std::function<void(std::size_t, const records::Evaluation&)>& done) override;

  void draw_inputs_anew() override { ++draws; }

  int evaluations = 0;
  int draws = 0;  // of inputs, after the first
  unsigned delay_us = 0;
  bool backwards = false;  // completion order is not key order
  std::function<bool(const evaluate::Submission&)> machine_fails;  // unscored
};

}  // namespace vegttt::test

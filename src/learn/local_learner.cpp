// GRPO-family update of a LoRA adapter: packed micro-batches, a policy-gradient loss on importance
// ratios or a teacher's distribution, optional KL to the start, one AdamW step. No value model, no
// reward shaping, no entropy bonus.
#include "vegttt/learn/local_learner.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include "adamw.h"
#include "gradient_pass.h"
#include "gradients.h"
#include "scoring.h"
#include "teacher.h"
#include "update_work.h"
#include "vegttt/core/error.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::learn {
namespace {

using policy::Adapter;
using policy::LocalPolicy;

class LocalLearner : public Learner {
 public:
  explicit LocalLearner(std::shared_ptr<LocalPolicy> policy);
  UpdateStats update(const Batch& batch,
                     const config::LearnOptions& options,
                     const config::SamplingOptions& sampling,
                     const config::TeacherOptions& teacher) override;
  std::vector<Score> score(const std::vector<records::Rollout>& rollouts,
                           const config::SamplingOptions& sampling,
                           Weights weights) override;
  void save(const std::string& folder) const override;
  void load(const std::string& folder) override;

 private:
  TokenSignal token_signal(const Batch& batch, const UpdateOptions& options, UpdateStats& stats);
  PassSums gradients_of(const UpdateWork& work,
                        const TokenSignal& signal,
                        const UpdateOptions& options);
  bool at_start() const;

  std::shared_ptr<LocalPolicy> policy_;
  Parameters parameters_;
  Adapter start_;  // theta_0
  AdamW optimizer_;
  Teacher teacher_;
};

// Before the first gradient step: afterwards the weights are not the sampler's any more.
void report(const PassSums& sums, UpdateStats& stats) {
  const double n = static_cast<double>(sums.tokens);
  stats.loss = sums.loss;
  stats.kl_sampler_v1 = sums.v1 / n;
  stats.kl_sampler_v2 = sums.v2 / n;
  stats.kl_theta0 = sums.theta0 / n;
  stats.entropy = sums.entropy / n;
  stats.divergence = sums.divergence / n;
  stats.logprob_gap_max = sums.gap.largest();
  stats.logprob_gap_mean = sums.gap.mean();
  stats.logprob_gap_p999 = sums.gap.tail();
}

LocalLearner::LocalLearner(std::shared_ptr<LocalPolicy> policy) : policy_(std::move(policy)) {
  VEGTTT_ASSERT(policy_->adapter(), "a policy that learns has an adapter");
  for (auto& [path, pair] : policy_->adapter()->pairs) {
    parameters_[path + ".lora_A"] = pair.a.set_requires_grad(true);
    parameters_[path + ".lora_B"] = pair.b.set_requires_grad(true);
  }
  start_ = policy_->adapter()->clone();
  if (policy_->model()->device().is_cuda()) policy::stack_weights(*policy_->model());
  at::set_num_threads(
      at::get_num_threads());  // MKL stops choosing the number by itself, so that sums repeat
}

UpdateStats LocalLearner::update(const Batch& batch,
                                 const config::LearnOptions& learn,
                                 const config::SamplingOptions& sampling,
                                 const config::TeacherOptions& teacher) {
  const at::AutoGradMode with_gradients(true);
  const UpdateOptions options{learn, sampling, teacher};
  UpdateStats stats;
  const TokenSignal signal = token_signal(batch, options, stats);
  const UpdateWork work = work_of(*policy_->model(), batch, signal, options);
  if (work.batches.empty()) return stats;  // nothing moves the weights: no step, momentum included
  if (learn.reset_optimizer) optimizer_.reset();
  for (int i = 0; i < learn.updates_per_step; ++i) {
    if (options.kl_in_loss() && !at_start()) stats.scored_tokens += work.tokens;
    const PassSums sums = gradients_of(work, signal, options);
    if (i == 0) sums.gap.check(*policy_->model(), learn.logprob_tolerance, sampling.temperature);
    const double norm = clip_gradients(parameters_, learn.max_grad_norm);
    optimizer_.step(parameters_, learn);
    teacher_.follow(*policy_->adapter(), teacher);
    stats.trained_tokens += sums.tokens;
    // Of the last pass: the first one clips nothing.
    stats.clip_fraction = sums.clipped / static_cast<double>(sums.tokens);
    if (i > 0) continue;
    report(sums, stats);
    stats.grad_norm = norm;
  }
  forget_gradients(parameters_);
  return stats;
}

// What a teacher or theta_0 says about the tokens is asked once, before the first gradient step.
TokenSignal LocalLearner::token_signal(const Batch& batch,
                                       const UpdateOptions& options,
                                       UpdateStats& stats) {
  TokenSignal signal = signal_of(batch);
  policy::Transformer& model = *policy_->model();
  const Adapter& own = *policy_->adapter();
  if (!batch.teacher_prompts.empty()) {
    const WithAdapter as_teacher(model, teacher_.adapter(options.teacher, own, start_), own);
    teach(model, batch, options, signal, stats);
  }
  if (options.kl_in_advantage()) {
    const WithAdapter as_start(model, start_, own);
    add_kl_advantage(model, batch, options, signal, stats);
  }
  return signal;
}

PassSums LocalLearner::gradients_of(const UpdateWork& work,
                                    const TokenSignal& signal,
                                    const UpdateOptions& options) {
  forget_gradients(parameters_);
  const Adapter* start = options.kl_in_loss() && !at_start() ? &start_ : nullptr;
  const GradientPass pass(*policy_->model(), *policy_->adapter(), start, work.checkpointing);
  return pass.run(work.batches, signal, options);
}

bool LocalLearner::at_start() const {
  for (const auto& [path, pair] : policy_->adapter()->pairs) {
    const auto& first = start_.pairs.at(path);
    if (!at::equal(pair.a, first.a) || !at::equal(pair.b, first.b)) return false;
  }
  return true;
}

std::vector<Score> LocalLearner::score(const std::vector<records::Rollout>& rollouts,
                                       const config::SamplingOptions& sampling,
                                       Weights weights) {
  const Adapter& own = *policy_->adapter();
  const WithAdapter as(*policy_->model(), weights == Weights::kStart ? start_ : own, own);
  return scores_of(*policy_->model(), rollouts, sampling, true, UpdateOptions::kScoringTokens);
}

void LocalLearner::save(const std::string& folder) const {
  teacher_.save(folder);
  policy::save_adapter(folder, *policy_->adapter(), policy_->name());
  tensors::save_tensors(core::fs::path(folder) / "state.safetensors", optimizer_.state());
}

void LocalLearner::load(const std::string& folder) {
  const at::NoGradGuard no_gradients;
  const Adapter adapter = policy::load_adapter(folder, policy_->model()->weights);
  for (auto& [path, pair] : policy_->adapter()->pairs) {
    const auto found = adapter.pairs.find(path);
    if (found == adapter.pairs.end() || adapter.scale() != policy_->adapter()->scale() ||
        found->second.a.sizes() != pair.a.sizes()) {
      throw core::UserError(
          "the adapter has another rank, another alpha or other layers than this run's", folder);
    }
    pair.a.copy_(found->second.a);
    pair.b.copy_(found->second.b);
  }
  const auto file = core::fs::path(folder) / "state.safetensors";
  optimizer_.restore(tensors::load_tensors(file), parameters_, file.string());
  teacher_.load(folder, start_);
}

}  // namespace

std::unique_ptr<Learner> make_learner(std::shared_ptr<policy::LocalPolicy> policy) {
  return std::make_unique<LocalLearner>(std::move(policy));
}

}  // namespace vegttt::learn

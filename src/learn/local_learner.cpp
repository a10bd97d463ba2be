// GRPO-family update of a LoRA adapter: packed micro-batches, a policy-gradient loss on importance
// ratios or a teacher's distribution, optional KL to the start, one AdamW step. No value model, no
// reward shaping, no entropy bonus.
#include "vegttt/learn/local_learner.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "adamw.h"
#include "distillation_loss.h"
#include "loss.h"
#include "micro_batch.h"
#include "scoring.h"
#include "teacher.h"
#include "token_logprobs.h"
#include "token_signal.h"
#include "vegttt/core/error.h"
#include "vegttt/core/stop.h"
#include "vegttt/policy/device.h"
#include "vegttt/policy/learning_pass.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::learn {
namespace {

using policy::Adapter;
using policy::LocalPolicy;
using policy::Transformer;

// bfloat16: sampler and trainer round differently at every layer. Of log-probabilities at
// temperature one; a lower one magnifies the gaps.
constexpr double kMeanGapLimit = 0.05, kTailGapLimit = 1;
constexpr double kTail = 0.999;
constexpr std::int64_t kScoringTokens = 8192;  // of a pass without gradients

double total(const at::Tensor& x) { return x.detach().to(at::kDouble).sum().item<double>(); }

// Prompt and completion of every rollout in these micro-batches.
std::int64_t tokens_of(const Batch& batch, const std::vector<MicroBatch>& batches) {
  std::int64_t tokens = 0;
  for (const MicroBatch& micro : batches) {
    for (const std::size_t i : micro.rollouts)
      tokens += static_cast<std::int64_t>(batch.rollouts[i].prompt_tokens.size() +
                                          batch.rollouts[i].completion_tokens.size());
  }
  return tokens;
}

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
  // Sums over the trained tokens of one pass.
  struct Sums {
    double loss = 0, v1 = 0, v2 = 0, theta0 = 0, entropy = 0, clipped = 0, gap = 0, largest_gap = 0,
           divergence = 0;
    std::int64_t tokens = 0;
    std::vector<at::Tensor> gaps;  // of each micro-batch, on the CPU
    double gap_tail() const;       // its 99.9th percentile
  };

  // What an update is computed under.
  struct Options {
    const config::LearnOptions& learn;
    const config::SamplingOptions& sampling;
    const config::TeacherOptions& teacher;
    bool as_sampled() const { return learn.logprob_temperature != "one"; }
    std::int64_t scoring_limit() const {
      return learn.micro_batch_tokens > 0 ? learn.micro_batch_tokens : kScoringTokens;
    }
  };

  TokenSignal token_signal(const Batch& batch, const Options& options, UpdateStats& stats);
  std::vector<MicroBatch> micro_batches(const Batch& batch,
                                        const TokenSignal& signal,
                                        const config::LearnOptions& options,
                                        const config::SamplingOptions& sampling);
  Sums accumulate(const std::vector<MicroBatch>& batches,
                  const TokenSignal& signal,
                  const Options& options);
  void accumulate(const MicroBatch& batch,
                  const TokenSignal& signal,
                  const Options& options,
                  Sums& sums);
  at::Tensor signal_loss(const MicroBatch& batch,
                         const TokenSignal& signal,
                         const Options& options,
                         const at::Tensor& hidden,
                         const at::Tensor& logprobs,
                         Sums& sums) const;
  at::Tensor hidden_rows(const MicroBatch& batch) const;
  at::Tensor logprobs_of_start(const MicroBatch& batch,
                               const config::SamplingOptions& sampling,
                               bool as_sampled);
  void check_gap(const Sums& sums, double tolerance, double temperature) const;
  double clip_gradients(double limit);
  void forget_gradients();
  bool at_start() const;

  std::shared_ptr<LocalPolicy> policy_;
  std::map<std::string, at::Tensor> parameters_;  // the adapter's, by PEFT's path
  Adapter start_;                                 // theta_0
  AdamW optimizer_;
  Teacher teacher_;
  policy::Checkpointing checkpointing_ = policy::Checkpointing::kOff;  // of the present update
};

// NaN when one of them is.
double LocalLearner::Sums::gap_tail() const {
  if (gaps.empty()) return 0;
  const at::Tensor sorted = std::get<0>(at::cat(gaps).sort());  // NaN comes last
  const auto last = static_cast<double>(sorted.size(0) - 1);
  if (std::isnan(sorted[-1].item<float>())) return std::numeric_limits<double>::quiet_NaN();
  return sorted[static_cast<std::int64_t>(std::ceil(kTail * last))].item<double>();
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
                                 const config::LearnOptions& options,
                                 const config::SamplingOptions& sampling,
                                 const config::TeacherOptions& teacher) {
  const at::AutoGradMode with_gradients(true);
  const Options all{options, sampling, teacher};
  UpdateStats stats;
  const TokenSignal signal = token_signal(batch, all, stats);
  const auto batches = micro_batches(batch, signal, options, sampling);
  if (batches.empty()) return stats;  // no rollout can move the weights: no step, momentum included
  if (options.reset_optimizer) optimizer_.reset();
  const bool penalty = options.kl_coefficient != 0 && options.kl_place == "loss";
  for (int i = 0; i < options.updates_per_step; ++i) {
    forget_gradients();
    if (penalty && !at_start()) stats.scored_tokens += tokens_of(batch, batches);
    const Sums sums = accumulate(batches, signal, all);
    if (i == 0) check_gap(sums, options.logprob_tolerance, sampling.temperature);
    const double n = static_cast<double>(sums.tokens), norm = clip_gradients(options.max_grad_norm);
    optimizer_.step(parameters_, options);
    teacher_.follow(*policy_->adapter(), teacher);
    stats.trained_tokens += sums.tokens;
    stats.clip_fraction = sums.clipped / n;  // of the last pass: the first one clips nothing
    if (i > 0) continue;
    stats.loss = sums.loss, stats.grad_norm = norm;
    stats.kl_sampler_v1 = sums.v1 / n, stats.kl_sampler_v2 = sums.v2 / n,
    stats.kl_theta0 = sums.theta0 / n;
    stats.entropy = sums.entropy / n;
    stats.divergence = sums.divergence / n;
    stats.logprob_gap_max = sums.largest_gap, stats.logprob_gap_mean = sums.gap / n;
    stats.logprob_gap_p999 = sums.gap_tail();
  }
  forget_gradients();
  return stats;
}

// What a teacher or theta_0 says about the tokens is asked once, before the first gradient step.
TokenSignal LocalLearner::token_signal(const Batch& batch,
                                       const Options& options,
                                       UpdateStats& stats) {
  TokenSignal signal = signal_of(batch);
  policy::Transformer& model = *policy_->model();
  const Adapter& own = *policy_->adapter();
  if (!batch.teacher_prompts.empty()) {
    const WithAdapter as_teacher(model, teacher_.adapter(options.teacher, own, start_), own);
    teach(model,
          batch,
          options.teacher,
          options.sampling,
          options.as_sampled(),
          options.scoring_limit(),
          signal,
          stats);
  }
  if (options.learn.kl_coefficient != 0 && options.learn.kl_place == "advantage") {
    const WithAdapter as_start(model, start_, own);
    add_kl_advantage(model,
                     batch,
                     options.learn.kl_coefficient,
                     options.sampling,
                     options.as_sampled(),
                     options.scoring_limit(),
                     signal,
                     stats);
  }
  return signal;
}

// A rollout without advantage moves nothing unless there is a KL term, one without a signal never
// does: they count in the denominators only.
std::vector<MicroBatch> LocalLearner::micro_batches(const Batch& batch,
                                                    const TokenSignal& signal,
                                                    const config::LearnOptions& options,
                                                    const config::SamplingOptions& sampling) {
  std::vector<std::size_t> usable, moving;
  for (std::size_t i = 0; i < batch.rollouts.size(); ++i) {
    if (!batch.usable[i] || std::isnan(batch.rollouts[i].reward)) continue;
    usable.push_back(i);
    if (signal.moves(i) || (options.kl_coefficient != 0 && signal.exists(i))) moving.push_back(i);
  }
  const auto weights =
      token_weights(batch.rollouts, usable, options.reduction, sampling.max_new_tokens);
  std::size_t longest = 0;
  for (const std::size_t i : moving)
    longest = std::max(
        longest,
        batch.rollouts[i].prompt_tokens.size() + batch.rollouts[i].completion_tokens.size());
  const auto plan = policy::plan_learning(*policy_->model(),
                                          policy::available_memory(policy_->model()->device()),
                                          static_cast<std::int64_t>(longest),
                                          options.checkpointing,
                                          options.micro_batch_tokens);
  checkpointing_ = plan.checkpointing;
  auto batches = pack(batch.rollouts, moving, weights, plan.tokens);
  for (MicroBatch& micro : batches) {
    micro = micro.to(policy_->model()->device());
    micro.advantages = advantages_of(signal, micro);
  }
  return batches;
}

LocalLearner::Sums LocalLearner::accumulate(const std::vector<MicroBatch>& batches,
                                            const TokenSignal& signal,
                                            const Options& options) {
  if (options.as_sampled() && options.sampling.temperature <= 0)
    throw core::UserError("greedy samples have no log-probabilities to learn from",
                          "sampling.temperature");
  Sums sums;
  for (const MicroBatch& batch : batches) {
    core::throw_if_stopped();
    accumulate(batch, signal, options, sums);
  }
  return sums;
}

// Policy gradient, or the distance to the teacher's whole distribution.
at::Tensor LocalLearner::signal_loss(const MicroBatch& batch,
                                     const TokenSignal& signal,
                                     const Options& options,
                                     const at::Tensor& hidden,
                                     const at::Tensor& logprobs,
                                     Sums& sums) const {
  const at::Tensor& stored = batch.sampler_logprobs;
  if (!signal.whole_distribution())
    return policy_loss(
        logprobs, stored, batch.advantages, options.learn, sequences_of(signal, batch));
  const at::Tensor distance =
      token_divergence(hidden,
                       teacher_hidden_of(signal, batch),
                       policy_->model()->weights.head,
                       options.as_sampled() ? options.sampling.temperature : 1,
                       options.teacher.divergence);
  sums.divergence += total(distance);
  if (options.learn.ratio_cap <= 0) return distance;
  return distance * (logprobs.detach() - stored).exp().clamp_max(options.learn.ratio_cap);
}

void LocalLearner::accumulate(const MicroBatch& batch,
                              const TokenSignal& signal,
                              const Options& options,
                              Sums& sums) {
  const auto& learn = options.learn;
  const bool penalty = learn.kl_coefficient != 0 && learn.kl_place == "loss";
  const at::Tensor reference =
      penalty && !at_start() ? logprobs_of_start(batch, options.sampling, options.as_sampled())
                             : at::Tensor();
  const at::Tensor hidden = hidden_rows(batch);
  const auto now = token_logprobs(hidden,
                                  policy_->model()->weights.head,
                                  batch.targets,
                                  options.sampling,
                                  options.as_sampled());
  const at::Tensor& stored = batch.sampler_logprobs;
  const at::Tensor start = reference.defined() ? reference : now.logprobs.detach();
  const at::Tensor kl = k3(now.logprobs, start);
  at::Tensor per_token = signal_loss(batch, signal, options, hidden, now.logprobs, sums);
  if (penalty)
    per_token =
        per_token + learn.kl_coefficient * kl_estimate(now.logprobs, start, learn.kl_estimator);
  const at::Tensor loss = (per_token * batch.weights).sum();
  torch::autograd::backward({loss}, {});

  const at::Tensor drift = stored - now.logprobs.detach(),
                   gap = (stored - now.sampled_logprobs).abs();
  sums.loss += total(loss);
  sums.v1 += total(drift);
  sums.v2 += total(drift * drift) / 2;
  sums.theta0 += total(kl);
  sums.entropy += total(now.entropy);
  sums.clipped += total(
      clipped(now.logprobs.detach(), stored, batch.advantages, learn, sequences_of(signal, batch)));
  sums.gap += total(gap);
  const double largest = gap.max().item<double>();
  if (!(largest <= sums.largest_gap)) sums.largest_gap = largest;  // NaN stays
  sums.tokens += batch.targets.size(0);
  sums.gaps.push_back(gap.to(at::kCPU));
}

at::Tensor LocalLearner::hidden_rows(const MicroBatch& batch) const {
  return policy::forward_learning(
      *policy_->model(), batch.tokens, batch.packing, batch.rows, checkpointing_);
}

at::Tensor LocalLearner::logprobs_of_start(const MicroBatch& batch,
                                           const config::SamplingOptions& sampling,
                                           bool as_sampled) {
  const at::NoGradGuard no_gradients;
  auto& weights = policy_->model()->weights;
  policy::attach(weights, start_);
  const at::Tensor logprobs =
      token_logprobs(hidden_rows(batch), weights.head, batch.targets, sampling, as_sampled)
          .logprobs;
  policy::attach(weights, *policy_->adapter());
  return logprobs;
}

void LocalLearner::check_gap(const Sums& sums, double tolerance, double temperature) const {
  const Transformer& model = *policy_->model();
  const auto refuse = [](double gap, const char* which, double limit) {
    throw core::MachineError("the log-probabilities of trainer and sampler differ by " +
                                 std::to_string(gap) + which + ", allowed are " +
                                 std::to_string(limit) +
                                 ": these rollouts are not samples of the present weights",
                             "learn.update");
  };
  // Written so that NaN is refused.
  if (model.device().is_cpu() && model.compute == at::kFloat) {
    if (!(sums.largest_gap <= tolerance)) refuse(sums.largest_gap, " at most", tolerance);
    return;
  }
  const double magnified = 1 / std::min(1.0, std::max(temperature, 1e-3));
  const double mean = sums.gap / static_cast<double>(sums.tokens), tail = sums.gap_tail();
  const double mean_limit = std::max(tolerance, kMeanGapLimit * magnified),
               tail_limit = std::max(tolerance, kTailGapLimit * magnified);
  if (!(mean <= mean_limit)) refuse(mean, " on average", mean_limit);
  if (!(tail <= tail_limit)) refuse(tail, " at the 99.9th percentile", tail_limit);
}

double LocalLearner::clip_gradients(double limit) {
  std::vector<at::Tensor> gradients, squares;  // summed there, so that a GPU is asked once
  for (const auto& [name, parameter] : parameters_) {
    if (!parameter.grad().defined()) continue;
    gradients.push_back(parameter.grad());
    squares.push_back((parameter.grad() * parameter.grad()).to(at::kDouble).sum());
  }
  const double norm = squares.empty() ? 0 : std::sqrt(at::stack(squares).sum().item<double>());
  if (!std::isfinite(norm)) throw core::MachineError("the gradient is not finite", "learn.update");
  if (limit > 0 && norm > limit) at::_foreach_mul_(gradients, limit / norm);
  return norm;
}

void LocalLearner::forget_gradients() {
  for (auto& [name, parameter] : parameters_) parameter.mutable_grad() = at::Tensor();
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
  return scores_of(*policy_->model(), rollouts, sampling, true, kScoringTokens);
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

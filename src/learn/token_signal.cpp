#include "token_signal.h"

#include <algorithm>
#include <cmath>

#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

// The same completions behind what the teacher reads.
std::vector<records::Rollout> seen_by_teacher(const Batch& batch) {
  VEGTTT_ASSERT(batch.teacher_prompts.size() == batch.rollouts.size(),
                "one teacher prompt per rollout");
  std::vector<records::Rollout> rollouts = batch.rollouts;
  for (std::size_t i = 0; i < rollouts.size(); ++i)
    rollouts[i].prompt_tokens = batch.teacher_prompts[i];
  return rollouts;
}

std::vector<std::size_t> taught_of(const Batch& batch) {
  auto usable = usable_of(batch);
  std::erase_if(usable, [&](std::size_t i) { return batch.teacher_prompts[i].empty(); });
  return usable;
}

// Gaps of the present rollout; a rollout's advantage is replaced by the mixture.
struct Gaps {
  double sum = 0, absolute = 0;
  std::int64_t tokens = 0;
};

void mix(const records::Rollout& rollout,
         const at::Tensor& logprobs,
         const config::TeacherOptions& teacher,
         std::vector<float>& advantages,
         Gaps& gaps) {
  const at::Tensor taught = logprobs.to(at::kCPU, at::kFloat).contiguous();
  const float* of_teacher = taught.const_data_ptr<float>();
  for (std::size_t t = 0; t < advantages.size(); ++t) {
    const double gap = static_cast<double>(of_teacher[t]) - rollout.logprobs[t];
    advantages[t] = static_cast<float>(teacher.reward_weight * rollout.advantage +
                                       (1 - teacher.reward_weight) * teacher.beta * gap);
    gaps.sum += gap;
    gaps.absolute += std::abs(gap);
    ++gaps.tokens;
  }
}

}  // namespace

std::vector<std::size_t> usable_of(const Batch& batch) {
  std::vector<std::size_t> usable;
  for (std::size_t i = 0; i < batch.rollouts.size(); ++i) {
    if (batch.usable[i] && !std::isnan(batch.rollouts[i].reward)) usable.push_back(i);
  }
  return usable;
}

bool TokenSignal::moves(std::size_t rollout) const {
  if (!exists(rollout)) return false;
  if (whole_distribution()) return teacher_hidden[rollout].defined();
  return std::any_of(advantages[rollout].begin(), advantages[rollout].end(), [](float advantage) {
    return advantage != 0;
  });
}

TokenSignal signal_of(const Batch& batch) {
  TokenSignal signal;
  for (const auto& rollout : batch.rollouts)
    signal.advantages.emplace_back(rollout.completion_tokens.size(),
                                   static_cast<float>(rollout.advantage));
  return signal;
}

void teach(const policy::Transformer& model,
           const Batch& batch,
           const UpdateOptions& options,
           TokenSignal& signal,
           UpdateStats& stats) {
  const bool whole = options.teacher.loss == "full";
  const auto rollouts = seen_by_teacher(batch);
  if (whole) signal.teacher_hidden.resize(rollouts.size());
  signal.taught.assign(rollouts.size(), false);
  Gaps gaps;
  score_tokens(model,
               rollouts,
               taught_of(batch),
               options.sampling,
               options.as_sampled(),
               options.scoring_tokens(),
               [&](std::size_t i, const ScoredTokens& tokens) {
                 stats.teacher_prompt_tokens +=
                     static_cast<std::int64_t>(rollouts[i].prompt_tokens.size());
                 stats.teacher_completion_tokens +=
                     static_cast<std::int64_t>(rollouts[i].completion_tokens.size());
                 ++stats.taught;
                 signal.taught[i] = true;
                 mix(rollouts[i], tokens.logprobs, options.teacher, signal.advantages[i], gaps);
                 if (whole) signal.teacher_hidden[i] = tokens.hidden.clone();
               });
  const double n = std::max<double>(1, static_cast<double>(gaps.tokens));
  stats.teacher_gap_mean = gaps.sum / n;
  stats.teacher_gap_abs = gaps.absolute / n;
}

void add_kl_advantage(const policy::Transformer& model,
                      const Batch& batch,
                      const UpdateOptions& options,
                      TokenSignal& signal,
                      UpdateStats& stats) {
  std::vector<std::vector<double>> gaps(batch.rollouts.size());
  double sum = 0, tokens = 0;
  auto usable = usable_of(batch);
  std::erase_if(usable, [&](std::size_t i) { return !signal.exists(i); });
  score_tokens(model,
               batch.rollouts,
               usable,
               options.sampling,
               options.as_sampled(),
               options.scoring_tokens(),
               [&](std::size_t i, const ScoredTokens& scored) {
                 const auto& rollout = batch.rollouts[i];
                 const at::Tensor reference = scored.logprobs.to(at::kCPU, at::kFloat).contiguous();
                 stats.scored_tokens += static_cast<std::int64_t>(rollout.prompt_tokens.size() +
                                                                  rollout.completion_tokens.size());
                 for (std::size_t t = 0; t < rollout.logprobs.size(); ++t) {
                   gaps[i].push_back(static_cast<double>(rollout.logprobs[t]) -
                                     reference.const_data_ptr<float>()[t]);
                   sum += gaps[i].back();
                   ++tokens;
                 }
               });
  const double mean = tokens > 0 ? sum / tokens : 0;
  for (const std::size_t i : usable) {
    for (std::size_t t = 0; t < gaps[i].size(); ++t)
      signal.advantages[i][t] +=
          static_cast<float>(options.learn.kl_coefficient * (mean - gaps[i][t]));
  }
}

at::Tensor advantages_of(const TokenSignal& signal, const MicroBatch& batch) {
  std::vector<float> values;
  for (const std::size_t i : batch.rollouts)
    values.insert(values.end(), signal.advantages[i].begin(), signal.advantages[i].end());
  return at::tensor(values).to(batch.tokens.device());
}

at::Tensor teacher_hidden_of(const TokenSignal& signal, const MicroBatch& batch) {
  std::vector<at::Tensor> parts;
  for (const std::size_t i : batch.rollouts) parts.push_back(signal.teacher_hidden[i]);
  return at::cat(parts);
}

at::Tensor sequences_of(const TokenSignal& signal, const MicroBatch& batch) {
  std::vector<std::int64_t> numbers;
  for (std::size_t n = 0; n < batch.rollouts.size(); ++n)
    numbers.insert(
        numbers.end(), signal.advantages[batch.rollouts[n]].size(), static_cast<std::int64_t>(n));
  return at::tensor(numbers, at::kLong).to(batch.tokens.device());
}

}  // namespace vegttt::learn

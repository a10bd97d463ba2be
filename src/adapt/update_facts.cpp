#include "update_facts.h"

namespace vegttt::adapt {

Spent cost_of_update(const learn::Batch& batch,
                     const std::vector<std::vector<int>>& teacher_prompts,
                     const config::LearnOptions& options) {
  Spent cost;
  for (std::size_t i = 0; i < batch.rollouts.size(); ++i) {
    if (!batch.usable[i]) continue;
    const auto prompt = static_cast<std::int64_t>(batch.rollouts[i].prompt_tokens.size()),
               completion = static_cast<std::int64_t>(batch.rollouts[i].completion_tokens.size());
    cost.all_tokens += options.updates_per_step * completion;
    if (options.kl_coefficient != 0)
      cost.all_tokens +=
          (prompt + completion) * (options.kl_place == "loss" ? options.updates_per_step : 1);
    if (!teacher_prompts.empty() && !teacher_prompts[i].empty())
      cost.all_tokens += static_cast<std::int64_t>(teacher_prompts[i].size()) + completion;
  }
  return cost;
}

std::map<std::string, double> numbers_of(const learn::UpdateStats& stats) {
  std::map<std::string, double> numbers = {
      {"loss", stats.loss},
      {"grad_norm", stats.grad_norm},
      {"kl_sampler_v1", stats.kl_sampler_v1},
      {"kl_sampler_v2", stats.kl_sampler_v2},
      {"clip_fraction", stats.clip_fraction},
      {"logprob_gap_max", stats.logprob_gap_max},
      {"logprob_gap_mean", stats.logprob_gap_mean},
      {"logprob_gap_p999", stats.logprob_gap_p999},
      {"trained_tokens", static_cast<double>(stats.trained_tokens)}};
  if (stats.taught == 0) return numbers;
  numbers["taught"] = static_cast<double>(stats.taught);
  numbers["teacher_gap_mean"] = stats.teacher_gap_mean;
  numbers["teacher_gap_abs"] = stats.teacher_gap_abs;
  numbers["teacher_divergence"] = stats.divergence;
  return numbers;
}

}  // namespace vegttt::adapt

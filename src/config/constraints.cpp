#include "constraints.h"

#include <algorithm>
#include <cstdlib>
#include <map>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::config {
namespace {

// A number as people write it.
std::string plain(double value) {
  FieldLister lister;
  lister.field("", value, "");
  return lister.fields().front().value;
}

std::string limits_text(const Range& range) {
  if (range.high == std::numeric_limits<double>::infinity()) return "at least " + plain(range.low);
  return "between " + plain(range.low) + " and " + plain(range.high);
}

std::string unquoted(const std::string& value) {
  return value.size() >= 2 && value.front() == '"' ? value.substr(1, value.size() - 2) : value;
}

// Values that make sense alone and not together.
std::vector<std::pair<std::string, std::string>> conflicts(const ExperimentConfig& config) {
  std::vector<std::pair<std::string, std::string>> found;
  const std::string& method = config.adapt.method;
  const int samples = config.sampling.samples_per_task, groups = config.discover.groups;
  if (method == "discover" && groups > 0 && samples % groups != 0)
    found.emplace_back("discover.groups",
                       "expected a divisor of sampling.samples_per_task (" +
                           std::to_string(samples) + "), got " + std::to_string(groups));
  const bool taught = method == "sdpo" || method == "opsd";
  if (taught && config.teacher.loss == "full" && config.learn.kl_coefficient != 0 &&
      config.learn.kl_place == "advantage")
    found.emplace_back(
        "learn.kl_place",
        "expected loss: the distance of two distributions (teacher.loss: full) knows "
        "no advantages");
  return found;
}

}  // namespace

const std::vector<Choice>& choices() {
  static const std::vector<Choice> list = {
      {"preset", {"default", "paper", "sdpo", "opsd", "discover"}},
      {"tasks.split", {"train", "eval", "all"}},
      {"policy.dtype", {"auto", "float32", "bfloat16"}},
      {"policy.reasoning", {"auto", "off", "on", "low", "medium", "high"}},
      {"evaluate.dialect", {"cpp", "cuda"}},
      {"evaluate.duplicates", {"judge", "copy"}},
      {"evaluate.protocol", {"strict", "paper-fast", "paper-full", "kernelbench"}},
      {"evaluate.precision", {"task", "fp32", "tf32", "bf16"}},
      {"reward.kind", {"log_speedup", "speedup", "fast", "correct", "shuffled", "inverse_runtime"}},
      {"reward.normalizer", {"none", "frozen_median", "rank", "running_median_32"}},
      {"learn.advantage",
       {"group",
        "group_std",
        "batch_std",
        "global_std",
        "leave_one_out",
        "mean_ratio",
        "entropic",
        "entropic_constant",
        "none"}},
      {"learn.loss",
       {"importance_sampling", "ppo", "dual_clip", "cispo", "dro", "dppo", "gspo", "reinforce"}},
      {"learn.reduction", {"sum", "tokens", "sequences", "sequence_sums", "constant"}},
      {"learn.kl_estimator", {"k1", "k2", "k3"}},
      {"learn.kl_place", {"loss", "advantage"}},
      {"learn.logprob_temperature", {"sampling", "one"}},
      {"learn.truncated", {"zero_reward", "drop"}},
      {"learn.checkpointing", {"auto", "on", "off"}},
      {"teacher.context", {"feedback", "prompt_only"}},
      {"teacher.weights", {"student", "ema", "frozen"}},
      {"teacher.loss", {"sampled_token", "full"}},
      {"adapt.method",
       {"base", "best_of_n", "power_sampling", "batch_ttt", "sdpo", "opsd", "discover", "rlvr"}},
      {"adapt.criterion", {"auto", "fast_1", "fast_1_strict"}},
  };
  return list;
}

const std::vector<Range>& ranges() {
  static const std::vector<Range> list = {
      {"tasks.split_seed", 0, 4294967295.0},
      {"tasks.offset", 0, 100000},
      {"tasks.count", 0, 100000},
      {"policy.lora.rank", 1, 1024},
      {"policy.lora.alpha", 1e-6, 1e6},
      {"sampling.samples_per_task", 1, 100000},
      {"sampling.temperature", 0.01, 100},
      {"sampling.top_p", 1e-6, 1},
      {"sampling.top_k", 0},
      {"sampling.min_p", 0, 1},
      {"sampling.max_new_tokens", 1, 1000000},
      {"sampling.slots", 1, 4096},
      {"evaluate.threads", 0, 4096},
      {"evaluate.compile_timeout_s", 0.1, 3600},
      {"evaluate.run_timeout_s", 0.01, 3600},
      {"reward.correct_bonus", 0},
      {"reward.cap", 1},
      {"reward.runtime_scale_us", 0},
      {"learn.learning_rate", 0, 1},
      {"learn.clip_low", 0, 1},
      {"learn.clip_high", 0},
      {"learn.advantage_clip", 0},
      {"learn.entropic_beta", 0, 1e6},
      {"learn.dual_clip", 1},
      {"learn.dro_beta", 0},
      {"learn.dppo_tau", 0},
      {"learn.ratio_cap", 0},
      {"learn.sequence_mask", 0},
      {"learn.token_veto", 0, 1},
      {"learn.kl_coefficient", 0},
      {"learn.max_grad_norm", 0},
      {"learn.beta1", 0, 0.999999999},
      {"learn.beta2", 0, 0.999999999},
      {"learn.epsilon", 0, 1},
      {"learn.weight_decay", 0, 10},
      {"learn.micro_batch_tokens", 0},
      {"learn.updates_per_step", 1, 1000},
      {"learn.logprob_tolerance", 0},
      {"teacher.ema_rate", 0, 1},
      {"teacher.divergence", 0, 1},
      {"teacher.beta", 0},
      {"teacher.reward_weight", 0, 1},
      {"discover.groups", 1, 100000},
      {"discover.exploration", 0},
      {"discover.buffer", 1, 1000000},
      {"discover.children", 1, 100000},
      {"power.alpha", 1, 100},
      {"power.blocks", 1, 100000},
      {"power.iterations", 0, 100000},
      {"adapt.steps", 0, 100000},
      {"adapt.early_stop", 0, 100000},
      {"adapt.fixed_step", -1, 100000},
      {"adapt.reevaluate_samples", 0, 100000},
      {"adapt.best_of_n_samples", 1, 100000},
      {"adapt.evaluate_top", 0, 100000},
      {"adapt.tasks_per_batch", 1, 100000},
      {"adapt.epochs", 1, 100000},
      {"adapt.save_every", 1, 100000},
      {"budget.rollouts", 0},
      {"budget.sampled_tokens", 0},
      {"budget.all_tokens", 0},
      {"budget.evaluations", 0},
      {"budget.device_seconds", 0},
  };
  return list;
}

std::vector<std::pair<std::string, std::string>> violations(const ExperimentConfig& config) {
  std::map<std::string, std::string> values;
  for (const auto& field : fields_of(config)) values[field.key] = unquoted(field.value);
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& choice : choices()) {
    const std::string& value = values.at(choice.key);
    if (std::find(choice.allowed.begin(), choice.allowed.end(), value) != choice.allowed.end())
      continue;
    found.emplace_back(choice.key,
                       "expected " + core::join(choice.allowed, ", ") + ", got '" + value + "'" +
                           core::did_you_mean(value, choice.allowed));
  }
  for (const auto& range : ranges()) {
    const double value = std::strtod(values.at(range.key).c_str(), nullptr);
    if (value >= range.low && value <= range.high) continue;
    found.emplace_back(range.key,
                       "expected " + limits_text(range) + ", got " + values.at(range.key));
  }
  const auto together = conflicts(config);
  found.insert(found.end(), together.begin(), together.end());
  return found;
}

}  // namespace vegttt::config

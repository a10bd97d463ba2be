#include "vegttt/records/judged_rollout.h"

#include <charconv>
#include <cmath>

#include "vegttt/core/hash.h"

namespace vegttt::records {
namespace {

// The shortest decimal that reads back as this float, as a number: 9 digits instead of 17.
core::Json short_number(float value) {
  if (!std::isfinite(value)) return core::finite_or_name(value);
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  double wide = 0;
  std::from_chars(text, end.ptr, wide);
  return wide;
}

}  // namespace

core::Json to_json(const Rollout& rollout) {
  core::Json logprobs = core::Json::array();
  double sum = 0;
  for (const float value : rollout.logprobs) {
    logprobs.push_back(short_number(value));
    sum += value;
  }
  const auto n = rollout.logprobs.size();
  core::Json json = {{"schema_version", kSchemaVersion}};
  json.update(to_json(rollout.key));
  json.update({{"prompt_hash", rollout.prompt_hash},
               {"prompt_tokens", rollout.prompt_size()},
               {"completion_tokens", rollout.completion_tokens.size()},
               {"finish_reason", name_of(rollout.finish_reason)},
               {"mean_logprob", core::finite_or_name(n == 0 ? 0 : sum / static_cast<double>(n))},
               {"completion", rollout.completion},
               {"completion_hash", core::short_hash(rollout.completion)},
               {"tokens", rollout.completion_tokens},
               {"logprobs", logprobs}});
  return json;
}

core::Json to_json(const JudgedRollout& judged) {
  core::Json json = to_json(judged.rollout);
  json["code_hash"] = judged.rollout.code_hash;
  json["status"] = name_of(judged.evaluation.status);
  json["speedup"] = core::finite_or_name(judged.evaluation.speedup());
  json["evaluation"] = to_json(judged.evaluation);
  return json;
}

Rollout rollout_from_json(const core::Json& json) {
  const std::string where = "rollout";
  Rollout rollout;
  rollout.key = rollout_key_from_json(json);
  rollout.prompt_hash = core::get<std::string>(json, "prompt_hash", where);
  rollout.prompt_length = core::get_or<std::int64_t>(json, "prompt_tokens", 0);
  rollout.finish_reason = core::get<std::string>(json, "finish_reason", where) == "stop"
                              ? FinishReason::kStop
                              : FinishReason::kLength;
  rollout.completion = core::get<std::string>(json, "completion", where);
  rollout.completion_tokens = core::get<std::vector<int>>(json, "tokens", where);
  const auto logprobs = core::get<core::Json>(json, "logprobs", where);
  for (const auto& value : logprobs)
    rollout.logprobs.push_back(static_cast<float>(core::number_of(value)));
  rollout.code_hash = core::get_or<std::string>(json, "code_hash", "");
  return rollout;
}

JudgedRollout judged_rollout_from_json(const core::Json& json) {
  return {rollout_from_json(json),
          evaluation_from_json(core::get<core::Json>(json, "evaluation", "rollout"))};
}

}  // namespace vegttt::records

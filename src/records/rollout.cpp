#include "vegttt/records/rollout.h"

#include <cstdio>

namespace vegttt::records {

std::string RolloutKey::text() const {
  char step[24], number[24];
  std::snprintf(step, sizeof step, "step_%03d", theta_step);
  std::snprintf(number, sizeof number, "%03d", sample);
  return std::to_string(seed) + "/" + step + "/" + task_id + "/" + number;
}

const char* name_of(FinishReason reason) {
  return reason == FinishReason::kStop ? "stop" : "length";
}

core::Json to_json(const RolloutKey& key) {
  return {{"seed", key.seed},
          {"theta_step", key.theta_step},
          {"task_id", key.task_id},
          {"sample", key.sample}};
}

RolloutKey rollout_key_from_json(const core::Json& json) {
  RolloutKey key;
  key.seed = core::get<std::int64_t>(json, "seed", "rollout key");
  key.theta_step = core::get<int>(json, "theta_step", "rollout key");
  key.task_id = core::get<std::string>(json, "task_id", "rollout key");
  key.sample = core::get<int>(json, "sample", "rollout key");
  return key;
}

}  // namespace vegttt::records

#include "vegttt/records/compute.h"

#include "vegttt/records/rollout.h"

namespace vegttt::records {
namespace {

core::Json to_json(const OutsideBudget& outside) {
  return {{"rollouts", outside.rollouts},
          {"prompt_tokens", outside.prompt_tokens},
          {"completion_tokens", outside.completion_tokens},
          {"scored_tokens", outside.scored_tokens},
          {"evaluations", outside.evaluations},
          {"device_s", outside.device_s}};
}

OutsideBudget outside_budget_from_json(const core::Json& json) {
  return {core::get<std::int64_t>(json, "rollouts", "outside_budget"),
          core::get<std::int64_t>(json, "prompt_tokens", "outside_budget"),
          core::get<std::int64_t>(json, "completion_tokens", "outside_budget"),
          core::get<std::int64_t>(json, "scored_tokens", "outside_budget"),
          core::get<std::int64_t>(json, "evaluations", "outside_budget"),
          core::get<double>(json, "device_s", "outside_budget")};
}

}  // namespace

void ComputeLedger::add(const ComputeLedger& other) {
  rollouts += other.rollouts;
  student_prompt_tokens += other.student_prompt_tokens;
  student_completion_tokens += other.student_completion_tokens;
  teacher_prompt_tokens += other.teacher_prompt_tokens;
  teacher_completion_tokens += other.teacher_completion_tokens;
  trained_tokens += other.trained_tokens;
  scored_tokens += other.scored_tokens;
  updates += other.updates;
  evaluations += other.evaluations;
  for (const auto& [stage, seconds] : other.stage_s) stage_s[stage] += seconds;
  device_s += other.device_s;
  wall_clock_s += other.wall_clock_s;
  attempts += other.attempts;
  outside.rollouts += other.outside.rollouts;
  outside.prompt_tokens += other.outside.prompt_tokens;
  outside.completion_tokens += other.outside.completion_tokens;
  outside.scored_tokens += other.outside.scored_tokens;
  outside.evaluations += other.outside.evaluations;
  outside.device_s += other.outside.device_s;
}

core::Json to_json(const ComputeLedger& ledger) {
  return {{"schema_version", kSchemaVersion},
          {"total_rollouts", ledger.rollouts},
          {"total_prompt_tokens", ledger.student_prompt_tokens + ledger.teacher_prompt_tokens},
          {"total_completion_tokens",
           ledger.student_completion_tokens + ledger.teacher_completion_tokens},
          {"wall_clock_s", ledger.wall_clock_s},
          {"student_prompt_tokens", ledger.student_prompt_tokens},
          {"student_completion_tokens", ledger.student_completion_tokens},
          {"teacher_prompt_tokens", ledger.teacher_prompt_tokens},
          {"teacher_completion_tokens", ledger.teacher_completion_tokens},
          {"trained_tokens", ledger.trained_tokens},
          {"scored_tokens", ledger.scored_tokens},
          {"updates", ledger.updates},
          {"evaluations", ledger.evaluations},
          {"stage_s", ledger.stage_s},
          {"device_s", ledger.device_s},
          {"attempts", ledger.attempts},
          {"outside_budget", to_json(ledger.outside)}};
}

ComputeLedger compute_ledger_from_json(const core::Json& json) {
  ComputeLedger ledger;
  ledger.rollouts = core::get<std::int64_t>(json, "total_rollouts", "compute");
  ledger.student_prompt_tokens = core::get<std::int64_t>(json, "student_prompt_tokens", "compute");
  ledger.student_completion_tokens =
      core::get<std::int64_t>(json, "student_completion_tokens", "compute");
  ledger.teacher_prompt_tokens = core::get_or<std::int64_t>(json, "teacher_prompt_tokens", 0);
  ledger.teacher_completion_tokens =
      core::get_or<std::int64_t>(json, "teacher_completion_tokens", 0);
  ledger.trained_tokens = core::get<std::int64_t>(json, "trained_tokens", "compute");
  ledger.scored_tokens = core::get_or<std::int64_t>(json, "scored_tokens", 0);
  ledger.updates = core::get<std::int64_t>(json, "updates", "compute");
  ledger.evaluations = core::get<std::int64_t>(json, "evaluations", "compute");
  ledger.stage_s = core::get_or<std::map<std::string, double>>(json, "stage_s", {});
  ledger.device_s = core::get_or<double>(json, "device_s", 0);
  ledger.wall_clock_s = core::get<double>(json, "wall_clock_s", "compute");
  ledger.attempts = core::get_or<int>(json, "attempts", 0);
  if (json.contains("outside_budget"))
    ledger.outside = outside_budget_from_json(json.at("outside_budget"));
  return ledger;
}

}  // namespace vegttt::records

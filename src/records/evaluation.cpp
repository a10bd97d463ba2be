#include "vegttt/records/evaluation.h"

#include "vegttt/core/error.h"

namespace vegttt::records {
namespace {

using core::Json;

Json finite_list(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(core::finite_or_name(value));
  return list;
}

std::vector<double> numbers_of(const Json& list) {
  std::vector<double> values;
  for (const auto& value : list) values.push_back(core::number_of(value));
  return values;
}

double number_or_zero(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? 0 : core::number_of(*found);
}

InputCheck input_check_from_json(const Json& json) {
  InputCheck check;
  check.input_set = core::get<int>(json, "input_set", "check");
  check.shapes = core::get_or<std::string>(json, "shapes", "");
  check.passed = core::get<bool>(json, "passed", "check");
  check.largest_error = number_or_zero(json, "largest_error");
  check.allowed = number_or_zero(json, "allowed");
  check.at = core::get_or<std::vector<std::int64_t>>(json, "at", {});
  check.got = number_or_zero(json, "got");
  check.expected = number_or_zero(json, "expected");
  check.bad = core::get_or<std::int64_t>(json, "bad", 0);
  check.elements = core::get_or<std::int64_t>(json, "elements", 0);
  check.reason = core::get_or<std::string>(json, "reason", "");
  return check;
}

Timing timing_from_json(const Json& json) {
  Timing timing;
  timing.candidate_us = numbers_of(json.at("candidate_us"));
  timing.reference_us = numbers_of(json.at("reference_us"));
  timing.candidate_median_us = number_or_zero(json, "candidate_median_us");
  timing.reference_median_us = number_or_zero(json, "reference_median_us");
  timing.spread = number_or_zero(json, "spread");
  timing.speedup = number_or_zero(json, "speedup");
  timing.speedup_low = number_or_zero(json, "speedup_low");
  timing.speedup_high = number_or_zero(json, "speedup_high");
  timing.floor_us = number_or_zero(json, "floor_us");
  return timing;
}

Conditions conditions_from_json(const Json& json) {
  Conditions conditions;
  conditions.sm_mhz = number_or_zero(json, "sm_mhz");
  conditions.memory_mhz = number_or_zero(json, "memory_mhz");
  conditions.temperature_c = number_or_zero(json, "temperature_c");
  conditions.power_w = number_or_zero(json, "power_w");
  conditions.busy = number_or_zero(json, "busy");
  conditions.throttled = core::get_or<std::string>(json, "throttled", "");
  conditions.l2 = core::get_or<std::string>(json, "l2", "");
  conditions.tf32_products = core::get_or<bool>(json, "tf32_products", false);
  conditions.tf32_convolutions = core::get_or<bool>(json, "tf32_convolutions", false);
  return conditions;
}

}  // namespace

const std::vector<Status>& all_statuses() {
  static const std::vector<Status> all = {Status::kNoCode,
                                          Status::kScaffoldError,
                                          Status::kCompileError,
                                          Status::kLaunchError,
                                          Status::kTimeout,
                                          Status::kWrong,
                                          Status::kSuspicious,
                                          Status::kSlow,
                                          Status::kFast,
                                          Status::kUnscored};
  return all;
}

const char* name_of(Status status) {
  switch (status) {
    case Status::kNoCode:
      return "no_code";
    case Status::kScaffoldError:
      return "scaffold_error";
    case Status::kCompileError:
      return "compile_error";
    case Status::kLaunchError:
      return "launch_error";
    case Status::kTimeout:
      return "timeout";
    case Status::kWrong:
      return "wrong";
    case Status::kSuspicious:
      return "suspicious";
    case Status::kSlow:
      return "slow";
    case Status::kFast:
      return "fast";
    case Status::kUnscored:
      return "unscored";
  }
  VEGTTT_ASSERT(false, "every status has a name");
  return "";
}

Status status_from_name(std::string_view name) {
  for (const Status status : all_statuses()) {
    if (name == name_of(status)) return status;
  }
  throw core::UserError("unknown status '" + std::string(name) + "'");
}

Json to_json(const InputCheck& check) {
  return {{"input_set", check.input_set},
          {"shapes", check.shapes},
          {"passed", check.passed},
          {"largest_error", core::finite_or_name(check.largest_error)},
          {"allowed", core::finite_or_name(check.allowed)},
          {"at", check.at},
          {"got", core::finite_or_name(check.got)},
          {"expected", core::finite_or_name(check.expected)},
          {"bad", check.bad},
          {"elements", check.elements},
          {"reason", check.reason}};
}

Json to_json(const Timing& timing) {
  return {{"candidate_us", finite_list(timing.candidate_us)},
          {"reference_us", finite_list(timing.reference_us)},
          {"candidate_median_us", core::finite_or_name(timing.candidate_median_us)},
          {"reference_median_us", core::finite_or_name(timing.reference_median_us)},
          {"spread", core::finite_or_name(timing.spread)},
          {"speedup", core::finite_or_name(timing.speedup)},
          {"speedup_low", core::finite_or_name(timing.speedup_low)},
          {"speedup_high", core::finite_or_name(timing.speedup_high)},
          {"floor_us", core::finite_or_name(timing.floor_us)}};
}

Json to_json(const Conditions& conditions) {
  return {{"sm_mhz", conditions.sm_mhz},
          {"memory_mhz", conditions.memory_mhz},
          {"temperature_c", conditions.temperature_c},
          {"power_w", conditions.power_w},
          {"busy", conditions.busy},
          {"throttled", conditions.throttled},
          {"l2", conditions.l2},
          {"tf32_products", conditions.tf32_products},
          {"tf32_convolutions", conditions.tf32_convolutions}};
}

Json to_json(const Evaluation& evaluation) {
  Json checks = Json::array();
  for (const auto& check : evaluation.checks) checks.push_back(to_json(check));
  Json stages = Json::object();
  for (const auto& [stage, seconds] : evaluation.stage_s)
    stages[stage] = core::finite_or_name(seconds);
  Json json = {{"candidate_hash", evaluation.candidate_hash},
               {"task_id", evaluation.task_id},
               {"size", evaluation.size},
               {"dialect", evaluation.dialect},
               {"protocol", evaluation.protocol},
               {"machine", evaluation.machine},
               {"status", name_of(evaluation.status)},
               {"message", evaluation.message},
               {"fast_1", evaluation.fast_1},
               {"fast_1_strict", evaluation.fast_1_strict},
               {"speedup", core::finite_or_name(evaluation.speedup())},
               {"checks", checks},
               {"timing", evaluation.timing ? to_json(*evaluation.timing) : Json(nullptr)},
               {"flags", evaluation.flags},
               {"stage_s", stages},
               {"log", evaluation.log}};
  if (evaluation.conditions) json["conditions"] = to_json(*evaluation.conditions);
  return json;
}

Evaluation evaluation_from_json(const Json& json) {
  const std::string where = "evaluation";
  Evaluation evaluation;
  evaluation.candidate_hash = core::get<std::string>(json, "candidate_hash", where);
  evaluation.task_id = core::get<std::string>(json, "task_id", where);
  evaluation.size = core::get_or<std::string>(json, "size", "");
  evaluation.dialect = core::get_or<std::string>(json, "dialect", "");
  evaluation.protocol = core::get_or<std::string>(json, "protocol", "");
  evaluation.machine = core::get_or<std::string>(json, "machine", "");
  evaluation.status = status_from_name(core::get<std::string>(json, "status", where));
  evaluation.message = core::get_or<std::string>(json, "message", "");
  evaluation.log = core::get_or<std::string>(json, "log", "");
  evaluation.fast_1 = core::get<bool>(json, "fast_1", where);
  evaluation.fast_1_strict = core::get<bool>(json, "fast_1_strict", where);
  evaluation.flags = core::get_or<std::vector<std::string>>(json, "flags", {});
  for (const auto& check : json.value("checks", Json::array()))
    evaluation.checks.push_back(input_check_from_json(check));
  if (const auto timing = json.find("timing"); timing != json.end() && !timing->is_null())
    evaluation.timing = timing_from_json(*timing);
  if (const auto conditions = json.find("conditions");
      conditions != json.end() && !conditions->is_null())
    evaluation.conditions = conditions_from_json(*conditions);
  const Json stages = json.value("stage_s", Json::object());
  for (const auto& [stage, seconds] : stages.items())
    evaluation.stage_s[stage] = core::number_of(seconds);
  return evaluation;
}

}  // namespace vegttt::records

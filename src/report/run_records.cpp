#include "vegttt/report/run_records.h"

#include <fstream>

#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/records/evaluation.h"

namespace vegttt::report {
namespace {

core::Json json_or_null(const core::fs::path& file) {
  if (!core::fs::exists(file)) return nullptr;
  return core::parse_json(core::read_file(file), file.string());
}

RolloutLine line_of(const core::Json& json) {
  RolloutLine line;
  line.theta_step = core::get<int>(json, "theta_step");
  line.task_id = core::get<std::string>(json, "task_id");
  line.sample = core::get<int>(json, "sample");
  line.status = core::get<std::string>(json, "status");
  const auto status = records::status_from_name(line.status);
  line.unscored = status == records::Status::kUnscored;
  line.correct = status == records::Status::kSlow || status == records::Status::kFast;
  const auto& evaluation = json.at("evaluation");
  line.fast_1 = line.correct && core::get_or(evaluation, "fast_1", false);
  line.fast_1_strict = line.correct && core::get_or(evaluation, "fast_1_strict", false);
  line.speedup = line.correct ? core::number_of(json.at("speedup")) : 0;
  line.mean_logprob = core::number_of(json.at("mean_logprob"));
  line.prompt_tokens = core::get_or(json, "prompt_tokens", 0);
  line.completion_tokens = core::get<int>(json, "completion_tokens");
  line.code_hash = core::get_or<std::string>(json, "code_hash", "");
  line.completion = core::get<std::string>(json, "completion");
  return line;
}

// The first evaluation that was timed says on what. Lines are long and many: only those before it
// are read.
std::string machine_of(const core::fs::path& run) {
  std::ifstream in(run / "rollouts.jsonl");
  for (std::string text; std::getline(in, text) && !in.eof();) {
    const auto line = core::parse_json(text, (run / "rollouts.jsonl").string());
    const auto machine =
        core::get_or<std::string>(line.value("evaluation", core::Json::object()), "machine", "");
    if (!machine.empty()) return machine;
  }
  return "";
}

}  // namespace

RunRecords read_run(const core::fs::path& run) {
  if (!core::fs::exists(run / "config.yaml"))
    throw core::UserError("is not the folder of a run: config.yaml is missing",
                          run.string(),
                          "name a folder like runs/NAME");
  RunRecords records;
  records.path = run;
  records.rollouts = std::make_shared<std::vector<RolloutLine>>();
  records.config = config::load_experiment((run / "config.yaml").string(), {}).values;
  records.method = records.config.adapt.method;
  records.protocol = records.config.evaluate.protocol;
  records.seed = records.config.seed;
  records.machine = machine_of(run);
  core::for_each_json_line(run / "metrics.jsonl", [&](const core::Json& line) {
    records.trajectory.steps.push_back(records::step_metrics_from_json(line));
  });
  records.summary = json_or_null(run / (records.method + "_summary.json"));
  records.boa = json_or_null(run / "boa_selected.json");
  const auto spent = json_or_null(run / (records.method + "_compute.json"));
  if (!spent.is_null()) records.ledger = records::compute_ledger_from_json(spent);
  return records;
}

std::vector<records::Selection> selections_of(const RunRecords& run) {
  std::vector<records::Selection> selections;
  if (!run.summary.contains("selections")) return selections;
  // Best-of-N lists rules that pick a rollout there, not strategies that pick a step.
  for (const auto& one : run.summary.at("selections"))
    if (one.contains("strategy")) selections.push_back(records::selection_from_json(one));
  return selections;
}

const std::vector<RolloutLine>& rollouts_of(const RunRecords& run) {
  VEGTTT_ASSERT(run.rollouts, "records come from read_run");
  if (run.rollouts->empty()) *run.rollouts = read_rollout_lines(run.path);
  return *run.rollouts;
}

std::vector<RolloutLine> read_rollout_lines(const core::fs::path& run,
                                            const std::string& file_name) {
  std::vector<RolloutLine> lines;
  core::for_each_json_line(run / file_name,
                           [&](const core::Json& json) { lines.push_back(line_of(json)); });
  return lines;
}

}  // namespace vegttt::report

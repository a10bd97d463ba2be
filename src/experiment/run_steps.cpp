// RunDirectory's steps and checkpoints.
#include <charconv>
#include <cmath>

#include "tensorboard/event_file.h"
#include "tensorboard/scalars_of.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/experiment/records_file.h"
#include "vegttt/experiment/run_directory.h"

namespace vegttt::experiment {
namespace {

core::Json number_or_null(double value) {
  return std::isfinite(value) ? core::Json(value) : core::Json(nullptr);
}

core::Json rewards_line(const std::vector<records::Rollout>& rollouts, int step) {
  core::Json rows = core::Json::array();
  for (const auto& rollout : rollouts)
    rows.push_back({{"task_id", rollout.key.task_id},
                    {"sample", rollout.key.sample},
                    {"reward", number_or_null(rollout.reward)},
                    {"advantage", number_or_null(rollout.advantage)}});
  return {{"schema_version", records::kSchemaVersion},
          {"seed", rollouts.front().key.seed},
          {"theta_step", step},
          {"rollouts", rows}};
}

// step_007 -> 7; -1 for other names.
int step_of(const std::string& name) {
  constexpr std::string_view kPrefix = "step_";
  if (!name.starts_with(kPrefix)) return -1;
  int step = -1;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kPrefix.size(), end, step);
  return parsed.ptr == end && parsed.ec == std::errc() ? step : -1;
}

}  // namespace

void RunDirectory::read_steps() {
  core::for_each_json_line(path_ / "metrics.jsonl", [&](const core::Json& line) {
    trajectory_.steps.push_back(records::step_metrics_from_json(line));
    if (trajectory_.steps.back().step_idx + 1 != static_cast<int>(trajectory_.steps.size()))
      throw core::UserError("steps are missing or doubled before this one");
  });
  core::for_each_json_line(path_ / "rewards.jsonl", [&](const core::Json& line) {
    rewarded_steps_.insert(core::get<int>(line, "theta_step"));
  });
}

void RunDirectory::add_step(const records::StepMetrics& metrics,
                            const std::vector<records::Rollout>& rollouts) {
  const int step = metrics.step_idx;
  if (step < static_cast<int>(trajectory_.steps.size())) return;
  VEGTTT_ASSERT(step == static_cast<int>(trajectory_.steps.size()), "steps are recorded in order");
  if (!rollouts.empty() && rewarded_steps_.insert(step).second)
    appender("rewards.jsonl").append(core::dump_json(rewards_line(rollouts, step)));
  appender("metrics.jsonl").append(core::dump_json(records::to_json(metrics)));
  appender("metrics.jsonl").sync();
  trajectory_.steps.push_back(metrics);
  if (events_) events_->add(step, tensorboard::scalars_of(metrics));
}

// Steps that an earlier attempt recorded without telling TensorBoard are told now.
void RunDirectory::open_events() {
  events_ = std::make_unique<tensorboard::EventFile>(path_ / "tensorboard");
  for (const auto& step : trajectory_.steps)
    events_->add(step.step_idx, tensorboard::scalars_of(step));
}

void RunDirectory::add_lines(const std::string& file_name, const std::vector<core::Json>& lines) {
  if (lines.empty()) return;
  for (const auto& line : lines) appender(file_name).append(core::dump_json(line));
  appender(file_name).sync();
}

std::vector<core::Json> RunDirectory::lines(const std::string& file_name) const {
  std::vector<core::Json> found;
  core::for_each_json_line(path_ / file_name,
                           [&](const core::Json& line) { found.push_back(line); });
  return found;
}

std::string RunDirectory::checkpoint_folder(int step) const {
  char name[24];
  std::snprintf(name, sizeof name, "step_%03d", step);
  return (path_ / "checkpoints" / name).string();
}

int RunDirectory::latest_checkpoint() const {
  int latest = -1;
  if (!core::fs::exists(path_ / "checkpoints")) return latest;
  for (const auto& entry : core::fs::directory_iterator(path_ / "checkpoints")) {
    if (core::fs::exists(entry.path() / "DONE"))
      latest = std::max(latest, step_of(entry.path().filename().string()));
  }
  return latest;
}

core::Json RunDirectory::checkpoint_state(int step) const {
  const auto file = core::fs::path(checkpoint_folder(step)) / "trainer_state.json";
  return core::parse_json(core::read_file(file), file.string());
}

void RunDirectory::save_checkpoint(int step,
                                   const core::Json& state,
                                   const std::function<void(const std::string& folder)>& write) {
  const core::fs::path folder = checkpoint_folder(step);
  std::error_code ignored;
  core::fs::remove_all(folder, ignored);  // half of one, left by a killed process
  core::make_folder(folder);
  write(folder.string());
  core::write_file_atomically(folder / "trainer_state.json", core::dump_json(state, 2) + "\n");
  core::write_file_atomically(folder / "DONE", "");
}

}  // namespace vegttt::experiment

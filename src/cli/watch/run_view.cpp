#include "watch/run_view.h"

#include <algorithm>

#include "vegttt/core/error.h"
#include "vegttt/experiment/plan.h"

namespace vegttt::cli {
namespace {

using records::Status;

constexpr std::size_t kLast = 5;

// Stages that a rollout of this status has passed: 0 sampled, 1 code, 2 compiled, 3 ran,
// 4 correct, 5 faster.
int stages_passed(Status status) {
  switch (status) {
    case Status::kUnscored:
    case Status::kNoCode:
      return 0;
    case Status::kScaffoldError:
    case Status::kCompileError:
      return 1;
    case Status::kLaunchError:
    case Status::kTimeout:
      return 2;
    case Status::kWrong:
    case Status::kSuspicious:
      return 3;
    case Status::kSlow:
      return 4;
    case Status::kFast:
      return 5;
  }
  return 0;
}

int tasks_of(const core::fs::path& run) {
  const auto file = run / "prompts.json";
  if (!core::fs::exists(file)) return 0;
  return static_cast<int>(core::parse_json(core::read_file(file), file.string()).size());
}

int per_step(const config::ExperimentConfig& config, int tasks) {
  const auto& adapt = config.adapt;
  if (adapt.method == "best_of_n") return tasks * adapt.best_of_n_samples;
  if (adapt.method == "rlvr") tasks = std::min(tasks, adapt.tasks_per_batch);
  return tasks * config.sampling.samples_per_task;
}

}  // namespace

RunView::RunView(core::fs::path run)
    : path_(std::move(run)),
      rollouts_(path_ / "rollouts.jsonl"),
      sampled_(path_ / "sampled.jsonl"),
      steps_(path_ / "metrics.jsonl"),
      reevaluation_(path_ / "reevaluation.jsonl") {
  if (!is_run(path_))
    throw core::UserError("is not the folder of a run: run.json or config.yaml is missing",
                          path_.string(),
                          "name a folder like runs/NAME");
  config_ = config::load_experiment((path_ / "config.yaml").string(), {}).values;
}

void RunView::take(const core::Json& line) {
  Glance one;
  one.step = core::get<int>(line, "theta_step");
  one.task = core::get<std::string>(line, "task_id");
  one.sample = core::get<int>(line, "sample");
  one.status = records::status_from_name(core::get<std::string>(line, "status"));
  one.speedup = core::number_of(line.at("speedup"));
  one.tokens = core::get<int>(line, "completion_tokens");
  ++total_;
  ++statuses_[one.step][one.status];
  auto& share = by_task_[one.task][one.step];
  if (one.status != Status::kUnscored) ++share.of;
  if (one.status == Status::kFast) ++share.fast;
  last_.push_back(std::move(one));
  if (last_.size() > kLast) last_.pop_front();
}

void RunView::forget_rollouts() {
  statuses_.clear();
  by_task_.clear();
  last_.clear();
  total_ = 0;
}

bool RunView::read_ledger() {
  const auto file = path_ / (config_.adapt.method + "_compute.json");
  if (!core::fs::exists(file)) return false;
  std::string text = core::read_file(file);
  if (text == ledger_text_) return false;
  ledger_ = records::compute_ledger_from_json(core::parse_json(text, file.string()));
  ledger_text_ = std::move(text);
  return true;
}

void RunView::read_plan() {
  if (planned_ > 0) return;
  const int tasks = tasks_of(path_);
  if (tasks == 0) return;
  expected_of_a_step_ = per_step(config_, tasks);
  planned_ = experiment::cost_of(config_, tasks, "").rollouts;
}

bool RunView::refresh() {
  const RunState before = state_;
  state_ = state_of(path_, config_.adapt.method);  // first: files are complete once it has ended
  bool news = state_ != before;
  news |= rollouts_.follow([&] { forget_rollouts(); }, [&](const core::Json& line) { take(line); });
  news |= sampled_.follow(
      [&] { waiting_.clear(); },
      [&](const core::Json& line) { ++waiting_[core::get<int>(line, "theta_step")]; });
  news |= steps_.follow([&] { trajectory_.steps.clear(); },
                        [&](const core::Json& line) {
                          trajectory_.steps.push_back(records::step_metrics_from_json(line));
                        });
  news |= reevaluation_.follow([&] { fresh_ = 0; }, [&](const core::Json&) { ++fresh_; });
  news |= read_ledger();
  read_plan();
  return news;
}

int RunView::current_step() const {
  int step = trajectory_.steps.empty() ? 0 : trajectory_.steps.back().step_idx;
  if (!statuses_.empty()) step = std::max(step, statuses_.rbegin()->first);
  if (state_ == RunState::kRunning && fresh_ == 0 && !waiting_.empty())
    step = std::max(step, waiting_.rbegin()->first);
  return step;
}

int RunView::judged(int step) const {
  const auto found = statuses_.find(step);
  int n = 0;
  if (found != statuses_.end()) {
    for (const auto& [status, count] : found->second) n += count;
  }
  return n;
}

Funnel RunView::funnel(int step) const {
  Funnel funnel;
  const auto waiting = waiting_.find(step);
  // Lines of sampled.jsonl stay until all of them are judged.
  funnel.sampled = std::max(judged(step), waiting == waiting_.end() ? 0 : waiting->second);
  const auto found = statuses_.find(step);
  if (found == statuses_.end()) return funnel;
  int* const stages[] = {
      &funnel.code, &funnel.compiled, &funnel.ran, &funnel.correct, &funnel.faster};
  for (const auto& [status, count] : found->second) {
    for (int stage = 0; stage < stages_passed(status); ++stage) *stages[stage] += count;
  }
  return funnel;
}

double RunView::seconds_left() const {
  if (planned_ == 0 || done() == 0 || ledger_.wall_clock_s <= 0) return -1;
  return ledger_.wall_clock_s * std::max(0, planned_ - done()) / done();
}

}  // namespace vegttt::cli

// A run in progress as its files tell it.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "run_folders.h"
#include "vegttt/config/experiment.h"
#include "vegttt/records/compute.h"
#include "vegttt/records/evaluation.h"
#include "vegttt/records/trajectory.h"
#include "watch/line_tail.h"

namespace vegttt::cli {

struct Glance {
  int step = 0;
  std::string task;
  int sample = 0;
  records::Status status = records::Status::kUnscored;
  double speedup = 0;
  int tokens = 0;
};

// How far the rollouts of a step came; each is at most the one before.
struct Funnel {
  int sampled = 0, code = 0, compiled = 0, ran = 0, correct = 0, faster = 0;
};

struct Share {
  int fast = 0, of = 0;
};

class RunView {
 public:
  // Throws UserError when the folder is no run.
  explicit RunView(core::fs::path run);

  // Reads what is new; true when something is.
  bool refresh();

  const core::fs::path& path() const { return path_; }
  const config::ExperimentConfig& config() const { return config_; }
  RunState state() const { return state_; }
  const records::Trajectory& trajectory() const { return trajectory_; }
  const records::ComputeLedger& ledger() const { return ledger_; }
  const std::deque<Glance>& last() const { return last_; }  // newest last
  // The step that is being sampled, or the last one of a run that has ended.
  int current_step() const;
  Funnel funnel(int step) const;
  // fast_1 of the judged rollouts, also of a step that is not complete.
  const std::map<std::string, std::map<int, Share>>& by_task() const { return by_task_; }
  int judged(int step) const;
  int expected_of_a_step() const { return expected_of_a_step_; }  // 0: unknown
  int fresh() const { return fresh_; }                            // judged again after selection
  // Rollouts of the whole run, as planned: an upper bound.
  int done() const { return total_ + fresh_; }
  int planned() const { return planned_; }
  // By the run's own speed; negative: unknown.
  double seconds_left() const;

 private:
  void take(const core::Json& line);
  void forget_rollouts();
  bool read_ledger();
  void read_plan();

  core::fs::path path_;
  config::ExperimentConfig config_;
  LineTail rollouts_, sampled_, steps_, reevaluation_;
  RunState state_ = RunState::kRunning;
  records::Trajectory trajectory_;
  records::ComputeLedger ledger_;
  std::deque<Glance> last_;
  std::map<int, std::map<records::Status, int>> statuses_;  // by step
  std::map<int, int> waiting_;                              // lines of sampled.jsonl by step
  std::map<std::string, std::map<int, Share>> by_task_;
  int total_ = 0, fresh_ = 0, expected_of_a_step_ = 0, planned_ = 0;
  std::string ledger_text_;
};

}  // namespace vegttt::cli

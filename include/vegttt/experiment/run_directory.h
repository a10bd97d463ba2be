#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "vegttt/adapt/store.h"
#include "vegttt/config/experiment.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/file.h"

namespace vegttt::experiment {

namespace tensorboard {
class EventFile;
}

// What a run needs to be continued besides its config. run.json.
struct RunFacts {
  std::string method;
  std::string replay;  // absolute path of the run whose evaluations are used, "" = measured
  int threads = 0;
  std::string config_hash;  // of config.yaml; "" in runs of versions that did not keep it
};

// A run on disk, locked against a second process while this object lives. docs/run-directory.md
// describes the files.
class RunDirectory : public adapt::RunStore {
 public:
  // A new folder; it appears complete or not at all. Throws UserError when it exists.
  static std::unique_ptr<RunDirectory> create(const core::fs::path& path,
                                              const config::LoadedExperiment& loaded,
                                              const RunFacts& facts,
                                              const core::Json& environment);
  // Continues one. Throws UserError when it is no run or another process works on it.
  static std::unique_ptr<RunDirectory> open(const core::fs::path& path);
  ~RunDirectory() override;

  const core::fs::path& path() const { return path_; }
  const RunFacts& facts() const { return facts_; }
  const config::LoadedExperiment& loaded() const { return loaded_; }
  // The method has written its result: nothing is left to do.
  bool finished() const;
  // Counts an attempt: its command line, its log file, its clock.
  void begin_attempt(const std::vector<std::string>& argv);

  std::vector<records::JudgedRollout> judged(adapt::Stream stream, int theta_step) const override;
  std::vector<records::Rollout> sampled_only(adapt::Stream stream, int theta_step) const override;
  void add_sampled(adapt::Stream stream, const records::Rollout& rollout) override;
  void add_judged(adapt::Stream stream, const records::JudgedRollout& judged) override;
  void add_step(const records::StepMetrics& metrics,
                const std::vector<records::Rollout>& rollouts) override;
  records::Trajectory trajectory() const override { return trajectory_; }
  void save_checkpoint(int step,
                       const core::Json& state,
                       const std::function<void(const std::string& folder)>& write) override;
  int latest_checkpoint() const override;
  std::string checkpoint_folder(int step) const override;
  core::Json checkpoint_state(int step) const override;
  records::ComputeLedger& ledger() override { return ledger_; }
  void save_ledger() override;
  void add_lines(const std::string& file_name, const std::vector<core::Json>& lines) override;
  std::vector<core::Json> lines(const std::string& file_name) const override;
  void write_result(const std::string& file_name, const core::Json& result) override;

 private:
  explicit RunDirectory(const core::fs::path& path);
  void lock();
  void read_records();
  void read_steps();
  void forget_unscored(adapt::Stream stream);
  void open_events();
  core::LineAppender& appender(const std::string& file_name);
  std::string ledger_file() const { return facts_.method + "_compute.json"; }

  using RoundKey = std::pair<adapt::Stream, int>;
  core::fs::path path_;
  int lock_fd_ = -1;
  RunFacts facts_;
  config::LoadedExperiment loaded_;
  std::map<RoundKey, std::vector<records::JudgedRollout>> judged_;
  std::map<RoundKey, std::map<records::RolloutKey, records::Rollout>> sampled_;
  std::size_t waiting_ = 0;  // sampled, not judged yet
  records::Trajectory trajectory_;
  std::set<int> rewarded_steps_;
  std::map<std::string, std::unique_ptr<core::LineAppender>> appenders_;
  std::unique_ptr<tensorboard::EventFile> events_;  // none before the first attempt
  records::ComputeLedger ledger_;
  double earlier_wall_clock_s_ = 0;
  core::Stopwatch watch_;
  double saved_at_s_ = -1e9;
};

}  // namespace vegttt::experiment

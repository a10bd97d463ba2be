#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vegttt/records/compute.h"
#include "vegttt/records/judged_rollout.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::adapt {

// Which rollouts: those that the loop learns and selects from, fresh ones from a checkpoint already
// selected, or a look at theta_0 before the run. Each has random numbers of its own; what is stored
// has a file of its own.
enum class Stream { kAdapt, kFresh, kProbe };
const char* name_of(Stream stream);  // "adapt", "fresh", "probe"

// What a run remembers. Everything added is on disk when the call returns, so that a killed run
// loses only the rollout in progress. Implemented by experiment::RunDirectory; tests use
// MemoryStore.
class RunStore {
 public:
  virtual ~RunStore() = default;

  // Rollouts of earlier attempts, in no particular order.
  virtual std::vector<records::JudgedRollout> judged(Stream stream, int theta_step) const = 0;
  virtual std::vector<records::Rollout> sampled_only(Stream stream, int theta_step) const = 0;
  virtual void add_sampled(Stream stream, const records::Rollout& rollout) = 0;
  virtual void add_judged(Stream stream, const records::JudgedRollout& judged) = 0;

  // A complete step with its rollouts in key order, for their rewards and advantages (empty: there
  // are none). Recorded once: ignored when the step is there already.
  virtual void add_step(const records::StepMetrics& metrics,
                        const std::vector<records::Rollout>& rollouts) = 0;
  virtual records::Trajectory trajectory() const = 0;

  // `write` fills the folder; the checkpoint counts once this returns.
  virtual void save_checkpoint(int step,
                               const core::Json& state,
                               const std::function<void(const std::string& folder)>& write) = 0;
  virtual int latest_checkpoint() const = 0;  // -1: none
  virtual std::string checkpoint_folder(int step) const = 0;
  virtual core::Json checkpoint_state(int step) const = 0;

  // Counted where it is spent, over all attempts.
  virtual records::ComputeLedger& ledger() = 0;
  virtual void save_ledger() = 0;
  // Lines of a method's own file ("teacher.jsonl"), in the order in which they were added.
  virtual void add_lines(const std::string& file_name, const std::vector<core::Json>& lines) = 0;
  virtual std::vector<core::Json> lines(const std::string& file_name) const = 0;
  virtual void write_result(const std::string& file_name, const core::Json& result) = 0;
};

}  // namespace vegttt::adapt

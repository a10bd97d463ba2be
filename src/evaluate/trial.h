// One candidate against one prepared task: sessions come and go, every launch is verified.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reference_clock.h"
#include "task_store.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/evaluate/runner.h"

namespace vegttt::evaluate {

struct TrialOptions {
  int threads = 1;
  double run_timeout_s = 10;
  Computation reference;  // timed instead of the task's; empty: the task's own
};

class Trial {
 public:
  // `result` receives checks, and status and message once something goes wrong.
  Trial(const PreparedTask& task,
        const core::fs::path& library,
        const TrialOptions& options,
        std::uint64_t poison_seed,
        records::Evaluation& result);

  // Launches on the next `count` input sets, verifies each; false when the candidate failed.
  bool verify(int count);
  // Paired times until the protocol has enough; false when the candidate failed.
  bool time(const Protocol& protocol, records::Timing& timing);

 private:
  bool ready(int warmup);  // a session with at least one input set left, warmed up when it is new
  bool start_session();
  void stage_next();  // before the caches are scrubbed, which `launch` of a session would undo
  std::optional<double> launch(
      bool record_pass);  // the next set: poison, run, verify; microseconds
  bool pair(int index, records::Timing& timing);
  void fail(const LaunchResult& launched);
  void note(const records::InputCheck& check, bool record_pass);

  const PreparedTask& task_;
  core::fs::path library_;
  TrialOptions options_;
  std::uint64_t poison_seed_;
  records::Evaluation& result_;
  ReferenceClock reference_;
  std::unique_ptr<RunnerSession> session_;
  int next_set_ = 0;  // of this session
  int staged_set_ = -1;
  int launches_ = 0;  // of this trial
  double empty_us_ = 0;
};

}  // namespace vegttt::evaluate

// One compiled candidate against one prepared task on the GPU: recorded, then run; every
// repetition, timed or not, is verified.
#pragma once

#include <optional>
#include <string>

#include "../device_compiler.h"
#include "clock_check.h"
#include "device_pool.h"
#include "first_sight.h"

namespace vegttt::evaluate {

class DeviceTrial {
 public:
  // `result` receives checks, and status and message once something goes wrong.
  DeviceTrial(DeviceTask& task,
              const DeviceCompileResult& program,
              DevicePool& pool,
              JudgeKernels& kernels,
              double run_timeout_s,
              std::uint64_t poison_seed,
              records::Evaluation& result);

  bool record();
  bool verify(int count);
  bool time(const Protocol& protocol, records::Timing& timing);
  // What the executor's events show of as many kernels that do nothing; after a launch.
  double empty_us() const { return empty_us_; }

 private:
  bool fail(const DeviceOutcome& outcome);
  // Microseconds of a verified repetition on the next set.
  std::optional<double> launch(bool record_pass);
  bool warm_up(int count);
  bool pair(int index, records::Timing& timing);
  void note(const DeviceVerdict& verdict, bool record_pass);
  bool clocks_agree();
  bool hopeless() const;
  void pair_verified(records::Timing& timing);
  bool measure(const Protocol& protocol, bool use_verified, records::Timing& timing);
  bool needs_no_repeats(const records::Timing& timing);

  DeviceTask& task_;
  const DeviceCompileResult& program_;
  DevicePool& pool_;
  JudgeKernels& kernels_;
  double timeout_s_;
  std::uint64_t poison_seed_;
  records::Evaluation& result_;
  std::uint64_t launches_ = 0;
  std::vector<double> verified_us_;
  std::vector<double> unaccounted_us_;  // of timed repetitions
  ClockEvidence clock_;
  double empty_us_ = 0;
  Sights sights_;
};

}  // namespace vegttt::evaluate

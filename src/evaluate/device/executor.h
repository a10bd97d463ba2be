#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "loaded_plan.h"
#include "mapping.h"
#include "scrubber.h"
#include "stopwatch.h"

namespace vegttt::evaluate::device {

// Replays one plan at a time over mapped buffers and times it. No code of a candidate runs on the
// host here, so that its clock is ours; what a kernel could reach on the device is the judge's to
// distrust.
class Executor {
 public:
  explicit Executor(std::string_view helpers);

  void map(std::uint32_t slot, int fd, std::uint64_t bytes, bool writable);
  void clear();
  // Everything that can be refused before the first launch is refused here.
  void load(std::string cubin, Plan plan, bool reload, std::uint64_t workspace_bytes);
  // One repetition: poison, scrub, flush, then the plan between two events. Throws Failed.
  Reply run(const Request& request);

 private:
  void make_workspace(std::uint64_t bytes);
  void measure_calm();
  void prepare(const Request& request);
  void poison(const Request& request);
  CUdeviceptr address_of(const Request& request, const PlanPointer& pointer) const;

  Module helpers_;
  Stream stream_;
  Scrubber scrubber_;
  Stopwatch stopwatch_;

  std::map<std::uint32_t, Mapping> slots_;
  Mapping workspace_;
  std::optional<LoadedPlan> loaded_;
  bool reload_ = false;
  double block_us_ = 0;
  std::map<std::size_t, Calm> calm_;  // by kernels
};

}  // namespace vegttt::evaluate::device

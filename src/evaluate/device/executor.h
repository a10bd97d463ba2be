#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "../cuda/plan.h"
#include "context.h"

namespace vegttt::evaluate::device {

// Replays one plan at a time over mapped buffers and times it. No code of a candidate runs on the
// host here, so that its clock is ours; what a kernel could reach on the device is the judge's to
// distrust.
class Executor {
 public:
  explicit Executor(std::string_view helpers);

  void map(std::uint32_t slot, int fd, std::uint64_t bytes, bool writable);
  void clear();
  // Everything that can be refused before the first launch: unknown kernels, too much shared
  // memory.
  void load(std::string cubin, Plan plan, bool reload, std::uint64_t workspace_bytes);
  // One repetition: poison, scrub, flush, then the plan between two events. Throws Failed.
  Reply run(const Request& request);

 private:
  struct Prepared {
    CUfunction function = nullptr;
    std::vector<std::byte> arguments;
  };
  void find_functions();
  void poison(const Request& request);
  void scrub(std::uint32_t value);
  void flush();
  void place_pointers(const Request& request);
  CUdeviceptr address_of(const Request& request, const PlanPointer& pointer) const;
  void launch_nodes();
  void launch_node(const PlanNode& node, Prepared& prepared);
  bool time_once(double block_us, Reply& reply);

  Module helpers_;
  CUfunction spin_ = nullptr, read_ = nullptr, scrub_ = nullptr, scrub_stack_ = nullptr;
  CUstream stream_ = nullptr;
  CUevent begin_ = nullptr, end_ = nullptr;
  Mapping flush_, workspace_;
  int processors_ = 0, shared_bytes_ = 0;

  std::map<std::uint32_t, Mapping> slots_;
  std::string cubin_;
  Plan plan_;
  bool reload_ = false;
  Module module_;
  std::vector<std::string> names_;
  std::vector<Prepared> prepared_;
  double block_us_ = 0;
};

}  // namespace vegttt::evaluate::device

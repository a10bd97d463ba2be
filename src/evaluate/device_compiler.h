// NVRTC for candidates of the dialect `cuda`, in a process of its own. Needs no GPU.
#pragma once

#include <string>
#include <vector>

#include "cuda/program.h"
#include "vegttt/records/candidate.h"

namespace vegttt::evaluate {

struct DeviceCompileResult {
  bool ok = false;
  bool timed_out = false;
  bool machine_failed = false;
  bool cached = false;
  std::string log;                  // the compiler's, unmapped
  std::string ptx;                  // of the kernels (cuda/program.h)
  std::string recorder;             // the cubin with `launch`, for recording
  std::string cubin;                // the kernels, for execution
  std::vector<KernelInfo> kernels;  // as numbered in it
  bool reload = false;              // load it afresh for every launch
  double elapsed_s = 0;
};

struct DeviceCompilerOptions {
  double timeout_s = 30;
  std::string architecture;  // "90a"
  // Take what an equal source gave before, on this disk; time-outs and crashes are never kept.
  bool cache = false;
};

// MachineError when the tools are missing (device_tools.h).
DeviceCompileResult compile_for_device(const records::Candidate& candidate,
                                       const DeviceCompilerOptions& options);

// The first directive that asks for a header outside of the frozen list, as a compiler would report
// it; "" when all are in it. NVRTC can print any file that it can read, so this is what the model
// is told; the jail is what holds.
std::string forbidden_include(const std::string& code);

}  // namespace vegttt::evaluate

// The two device processes that candidates meet, and one of each in reserve.
#pragma once

#include <memory>
#include <string>

#include "device_process.h"
#include "device_tasks.h"
#include "plan.h"

namespace vegttt::evaluate {

// Why a stage of a candidate ended; "" and kDone when it did not.
struct DeviceOutcome {
  enum class Kind { kDone, kRefused, kFaulted, kTimedOut, kMachineFailed };
  Kind kind = Kind::kDone;
  std::string text;
};

class DevicePool {
 public:
  DevicePool(int device, const std::string& helpers_cubin);

  // `launch` of a program over a task's buffers.
  DeviceOutcome record(const std::string& cubin,
                       const std::vector<KernelInfo>& kernels,
                       const std::vector<std::uint64_t>& buffer_bytes,
                       double timeout_s,
                       Plan& plan);
  // Until the next load. The task's buffers are mapped when they are not yet.
  DeviceOutcome load(const std::string& cubin,
                     bool reload,
                     const Plan& plan,
                     const DeviceTask& task);
  DeviceOutcome run(int set, std::uint32_t poison, double timeout_s, device::Reply& reply);

  // Lets go of the mapped task's buffers.
  void forget();

 private:
  struct Kind {
    std::unique_ptr<DeviceProcess> current, spare;
  };
  DeviceProcess& live(Kind& kind);
  DeviceOutcome outcome_of(const DeviceProcess::Answer& answer, double timeout_s);
  DeviceOutcome ours(const DeviceProcess::Answer& answer);
  DeviceOutcome map(const DeviceTask& task);
  DeviceOutcome map_one(std::uint32_t slot, const DeviceBuffer& buffer, bool writable);

  int device_;
  std::string helpers_;
  Kind recorder_, executor_;
  std::uint64_t mapped_task_ = 0;
  std::uint32_t inputs_ = 0;  // of the mapped task
};

}  // namespace vegttt::evaluate

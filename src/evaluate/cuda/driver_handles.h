// What the judge's context holds, given back even where a constructor throws half way.
#pragma once

#include <driver.h>

#include <cstdint>
#include <string>

namespace vegttt::evaluate {

class DriverModule {
 public:
  explicit DriverModule(const std::string& cubin);  // MachineError
  ~DriverModule();
  DriverModule(const DriverModule&) = delete;
  CUfunction function(const char* name) const;  // MachineError

 private:
  CUmodule module_ = nullptr;
};

class DriverEvent {
 public:
  DriverEvent();  // MachineError
  ~DriverEvent();
  DriverEvent(const DriverEvent&) = delete;
  CUevent get() const { return event_; }

 private:
  CUevent event_ = nullptr;
};

class DriverMemory {
 public:
  explicit DriverMemory(std::uint64_t bytes);  // zeros; MachineError
  ~DriverMemory();
  DriverMemory(const DriverMemory&) = delete;
  CUdeviceptr get() const { return at_; }
  std::uint64_t size() const { return bytes_; }

 private:
  CUdeviceptr at_ = 0;
  std::uint64_t bytes_ = 0;
};

// On the legacy default stream, which LibTorch uses too; one dimension.
void launch_kernel(CUfunction function, std::uint64_t grid, unsigned block, void** arguments);

}  // namespace vegttt::evaluate

// The device as both kinds of process see it.
#pragma once

#include <driver.h>

#include <string>
#include <string_view>

#include "protocol.h"

namespace vegttt::evaluate::device {

// Ends the current request: what a call of the driver said, and whose fault it is.
struct Failed {
  Outcome outcome;
  CUresult result;
  std::string text;
};

// Throws Failed with kFaulted when the context is lost, else with kMachine.
void must(CUresult result, const char* call);
// Throws Failed with kFaulted when the context is lost, else with kRefused.
void candidate_must(CUresult result, const std::string& what);

class Module {
 public:
  Module() = default;
  explicit Module(std::string_view cubin);  // the candidate's: candidate_must
  ~Module();
  Module(Module&& other) noexcept;
  Module& operator=(Module&& other) noexcept;

  CUfunction function(const char* name) const;
  CUdeviceptr global(const char* name) const;  // 0: not there

 private:
  CUmodule module_ = nullptr;
};

// Reserved address space with one allocation mapped in its middle; unmapped on both sides.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int fd, std::uint64_t bytes, bool writable);  // closes nothing
  // Memory of this process's own. Throws Failed with kRefused when there is not enough.
  explicit Mapping(std::uint64_t bytes);
  ~Mapping();
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;

  CUdeviceptr data() const { return at_ + first_byte(bytes_); }
  CUdeviceptr pages() const { return at_; }
  std::uint64_t page_bytes() const { return mapped_bytes(bytes_); }
  bool mapped() const { return at_ != 0; }

 private:
  void place(CUmemGenericAllocationHandle handle, bool writable);
  CUdeviceptr reserved_ = 0, at_ = 0;
  std::uint64_t bytes_ = 0;
};

inline constexpr std::uint64_t kGuard = kGranularity;

// Makes the primary context of the device current, with the limits that candidates get. Once.
void start_context(std::uint32_t device);
CUdevice current_device();

}  // namespace vegttt::evaluate::device

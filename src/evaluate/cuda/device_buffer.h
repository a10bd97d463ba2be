// Device memory that the judge owns and a device process may map.
#pragma once

#include <driver.h>

#include <cstdint>
#include <string>

namespace vegttt::evaluate {

// Makes the primary context of a device current on this thread, LibTorch's too. MachineError.
void use_device(int device);
void require(CUresult result, const char* call);  // MachineError

// The tensor lies at the end of its pages (device/protocol.h); all pages are filled with a NaN
// pattern before.
class DeviceBuffer {
 public:
  DeviceBuffer(std::uint64_t bytes, int device);
  ~DeviceBuffer();
  DeviceBuffer(DeviceBuffer&& other) noexcept;
  DeviceBuffer& operator=(DeviceBuffer&&) = delete;

  void* data() const;
  std::uint64_t size() const { return bytes_; }
  // For DeviceProcess::ask; valid as long as this.
  int fd() const { return fd_; }
  // The bytes around the tensor in its pages: front, tail.
  std::uint64_t front_bytes() const;
  std::uint64_t tail_bytes() const;

 private:
  DeviceBuffer() = default;
  void place(CUmemGenericAllocationHandle handle, std::uint64_t pages);
  CUdeviceptr reserved_ = 0, at_ = 0;
  std::uint64_t bytes_ = 0;
  int fd_ = -1;
};

}  // namespace vegttt::evaluate

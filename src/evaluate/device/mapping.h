#pragma once

#include "failure.h"

namespace vegttt::evaluate::device {

inline constexpr std::uint64_t kGuard = kGranularity;

// Reserved address space with one allocation mapped in its middle; unmapped on both sides.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int fd, std::uint64_t bytes, bool writable);  // closes nothing
  explicit Mapping(std::uint64_t bytes);                // memory of this process's own
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

}  // namespace vegttt::evaluate::device

#include "device_buffer.h"

#include <unistd.h>

#include <utility>

#include "../device/protocol.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {

using cuda::driver;

void require(CUresult result, const char* call) {
  if (result != CUDA_SUCCESS) throw core::MachineError(cuda::error_text(result), call);
}

void use_device(int device) {
  if (!cuda::driver_missing().empty())
    throw core::MachineError("dialect cuda needs a GPU: " + cuda::driver_missing());
  thread_local int current = -1;
  if (current == device) return;
  CUdevice handle = 0;
  CUcontext context = nullptr;
  require(driver().device_get(&handle, device), "cuDeviceGet");
  require(driver().primary_retain(&context, handle), "cuDevicePrimaryCtxRetain");
  require(driver().set_current(context), "cuCtxSetCurrent");
  current = device;
}

// Delegates, so that the destructor tidies up when it throws.
DeviceBuffer::DeviceBuffer(std::uint64_t bytes, int device) : DeviceBuffer() {
  bytes_ = bytes;
  const std::uint64_t pages = device::mapped_bytes(bytes);
  CUmemAllocationProp properties{};
  properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location = {CU_MEM_LOCATION_TYPE_DEVICE, device};
  properties.requestedHandleTypes = CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR;
  CUmemGenericAllocationHandle handle = 0;
  require(driver().create(&handle, pages, &properties, 0), "cuMemCreate");
  place(handle, pages);
  CUmemAccessDesc access{};
  access.location = properties.location;
  access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
  require(driver().set_access(at_, pages, &access, 1), "cuMemSetAccess");
  require(driver().memset8(at_, 0xff, pages), "cuMemsetD8");
}

// Once mapped, memory lives as long as its mapping; the handle is given back in any case.
void DeviceBuffer::place(CUmemGenericAllocationHandle handle, std::uint64_t pages) {
  CUresult result =
      driver().export_handle(&fd_, handle, CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR, 0);
  if (result == CUDA_SUCCESS)
    result = driver().address_reserve(&reserved_, pages, device::kGranularity, 0, 0);
  if (result == CUDA_SUCCESS) result = driver().map(reserved_, pages, 0, handle, 0);
  if (result == CUDA_SUCCESS) at_ = reserved_;
  const CUresult released = driver().release(handle);
  require(result, "sharing and mapping device memory");
  require(released, "cuMemRelease");
}

DeviceBuffer::~DeviceBuffer() {
  if (at_ != 0) driver().unmap(at_, device::mapped_bytes(bytes_));
  if (reserved_ != 0) driver().address_free(reserved_, device::mapped_bytes(bytes_));
  if (fd_ >= 0) ::close(fd_);
}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : reserved_(std::exchange(other.reserved_, 0)),
      at_(std::exchange(other.at_, 0)),
      bytes_(other.bytes_),
      fd_(std::exchange(other.fd_, -1)) {}

void* DeviceBuffer::data() const {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(at_ + front_bytes()));
}
std::uint64_t DeviceBuffer::front_bytes() const { return device::first_byte(bytes_); }
std::uint64_t DeviceBuffer::tail_bytes() const {
  return device::mapped_bytes(bytes_) - front_bytes() - bytes_;
}

}  // namespace vegttt::evaluate

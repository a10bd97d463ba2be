#include "mapping.h"

#include <utility>

#include "context.h"

namespace vegttt::evaluate::device {

using cuda::driver;

// Constructors delegate, so that the destructor tidies up when they throw.
Mapping::Mapping(int fd, std::uint64_t bytes, bool writable) : Mapping() {
  bytes_ = bytes;
  CUmemGenericAllocationHandle handle = 0;
  must(driver().import_handle(&handle,
                              reinterpret_cast<void*>(static_cast<std::uintptr_t>(fd)),
                              CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR),
       "cuMemImportFromShareableHandle");
  place(handle, writable);
}

Mapping::Mapping(std::uint64_t bytes) : Mapping() {
  bytes_ = mapped_bytes(bytes);
  CUmemAllocationProp properties{};
  properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location = {CU_MEM_LOCATION_TYPE_DEVICE, current_device()};
  CUmemGenericAllocationHandle handle = 0;
  const CUresult result = driver().create(&handle, bytes_, &properties, 0);
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    throw Failed{
        Outcome::kMachine,
        result,
        "no " + std::to_string(bytes_) + " bytes of device memory are free for a workspace"};
  must(result, "cuMemCreate");
  place(handle, true);
}

// Once mapped, memory lives as long as its mapping; the handle is given back in any case.
void Mapping::place(CUmemGenericAllocationHandle handle, bool writable) {
  const std::uint64_t pages = page_bytes();
  CUresult result = driver().address_reserve(&reserved_, pages + 2 * kGuard, kGranularity, 0, 0);
  if (result == CUDA_SUCCESS) result = driver().map(reserved_ + kGuard, pages, 0, handle, 0);
  if (result == CUDA_SUCCESS) at_ = reserved_ + kGuard;
  const CUresult released = driver().release(handle);
  must(result, "mapping of device memory");
  must(released, "cuMemRelease");
  CUmemAccessDesc access{};
  access.location = {CU_MEM_LOCATION_TYPE_DEVICE, current_device()};
  access.flags = writable ? CU_MEM_ACCESS_FLAGS_PROT_READWRITE : CU_MEM_ACCESS_FLAGS_PROT_READ;
  must(driver().set_access(at_, pages, &access, 1), "cuMemSetAccess");
}

Mapping::~Mapping() {
  if (at_ != 0) driver().unmap(at_, page_bytes());
  if (reserved_ != 0) driver().address_free(reserved_, page_bytes() + 2 * kGuard);
}

Mapping::Mapping(Mapping&& other) noexcept
    : reserved_(std::exchange(other.reserved_, 0)),
      at_(std::exchange(other.at_, 0)),
      bytes_(other.bytes_) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(reserved_, other.reserved_);
  std::swap(at_, other.at_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace vegttt::evaluate::device

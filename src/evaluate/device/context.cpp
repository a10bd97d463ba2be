#include "context.h"

#include <utility>

namespace vegttt::evaluate::device {

using cuda::driver;

namespace {
CUdevice device_in_use = 0;
}

CUdevice current_device() { return device_in_use; }

namespace {

// After these the context answers nothing any more.
bool is_lost(CUresult result) {
  switch (result) {
    case CUDA_ERROR_ILLEGAL_ADDRESS:
    case CUDA_ERROR_LAUNCH_FAILED:
    case CUDA_ERROR_ILLEGAL_INSTRUCTION:
    case CUDA_ERROR_MISALIGNED_ADDRESS:
    case CUDA_ERROR_INVALID_ADDRESS_SPACE:
    case CUDA_ERROR_INVALID_PC:
    case CUDA_ERROR_HARDWARE_STACK_ERROR:
    case CUDA_ERROR_ASSERT:
    case CUDA_ERROR_LAUNCH_TIMEOUT:
    case CUDA_ERROR_ECC_UNCORRECTABLE:
    case CUDA_ERROR_UNKNOWN:
      return true;
    default:
      return false;
  }
}

}  // namespace

void must(CUresult result, const char* call) {
  if (result == CUDA_SUCCESS) return;
  // Faults show up at whatever call comes next.
  throw Failed{is_lost(result) ? Outcome::kFaulted : Outcome::kMachine,
               result,
               std::string(call) + ": " + cuda::error_text(result)};
}

void candidate_must(CUresult result, const std::string& what) {
  if (result == CUDA_SUCCESS) return;
  throw Failed{is_lost(result) ? Outcome::kFaulted : Outcome::kRefused,
               result,
               what + ": " + cuda::error_text(result)};
}

Module::Module(std::string_view cubin) {
  candidate_must(driver().module_load(&module_, cubin.data()), "loading the program");
}

Module::~Module() {
  if (module_ != nullptr) driver().module_unload(module_);
}

Module::Module(Module&& other) noexcept : module_(std::exchange(other.module_, nullptr)) {}

Module& Module::operator=(Module&& other) noexcept {
  std::swap(module_, other.module_);
  return *this;
}

CUfunction Module::function(const char* name) const {
  CUfunction function = nullptr;
  candidate_must(driver().module_function(&function, module_, name),
                 std::string("finding the kernel ") + name);
  return function;
}

CUdeviceptr Module::global(const char* name) const {
  CUdeviceptr address = 0;
  std::size_t bytes = 0;
  return driver().module_global(&address, &bytes, module_, name) == CUDA_SUCCESS ? address : 0;
}

Mapping::Mapping(int fd, std::uint64_t bytes, bool writable) : bytes_(bytes) {
  CUmemGenericAllocationHandle handle = 0;
  must(driver().import_handle(&handle,
                              reinterpret_cast<void*>(static_cast<std::uintptr_t>(fd)),
                              CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR),
       "cuMemImportFromShareableHandle");
  place(handle, writable);
}

Mapping::Mapping(std::uint64_t bytes) : bytes_(mapped_bytes(bytes)) {
  CUmemAllocationProp properties{};
  properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location = {CU_MEM_LOCATION_TYPE_DEVICE, current_device()};
  CUmemGenericAllocationHandle handle = 0;
  const CUresult result = driver().create(&handle, bytes_, &properties, 0);
  if (result == CUDA_ERROR_OUT_OF_MEMORY)
    throw Failed{Outcome::kRefused, result, "the workspace does not fit into device memory"};
  must(result, "cuMemCreate");
  place(handle, true);
}

void Mapping::place(CUmemGenericAllocationHandle handle, bool writable) {
  const std::uint64_t pages = page_bytes();
  must(driver().address_reserve(&reserved_, pages + 2 * kGuard, kGranularity, 0, 0),
       "cuMemAddressReserve");
  must(driver().map(reserved_ + kGuard, pages, 0, handle, 0), "cuMemMap");
  at_ = reserved_ + kGuard;
  must(driver().release(handle), "cuMemRelease");
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

// A small printf buffer and no heap: kernels that use them are refused before they come here.
void start_context(std::uint32_t device) {
  if (!cuda::driver_missing().empty())
    throw Failed{Outcome::kMachine, CUDA_ERROR_NO_DEVICE, cuda::driver_missing()};
  const cuda::Driver& d = driver();
  CUcontext context = nullptr;
  must(d.device_get(&device_in_use, static_cast<int>(device)), "cuDeviceGet");
  must(d.primary_flags(device_in_use, CU_CTX_SCHED_SPIN), "cuDevicePrimaryCtxSetFlags");
  must(d.primary_retain(&context, device_in_use), "cuDevicePrimaryCtxRetain");
  must(d.set_current(context), "cuCtxSetCurrent");
  d.set_limit(CU_LIMIT_PRINTF_FIFO_SIZE, 0);
  d.set_limit(CU_LIMIT_MALLOC_HEAP_SIZE, 0);
  d.set_limit(CU_LIMIT_PERSISTING_L2_CACHE_SIZE, 0);
}

}  // namespace vegttt::evaluate::device

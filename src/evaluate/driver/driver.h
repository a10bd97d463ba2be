// libcuda, found at run time: programs start on machines without a driver.
#pragma once

#include <cuda.h>

#include <string>

namespace vegttt::evaluate::cuda {

// name here, name in cuda.h (whose macros pick the version that the header's types belong to)
#define VEGTTT_DRIVER_FUNCTIONS(X)                 \
  X(init, cuInit)                                  \
  X(driver_version, cuDriverGetVersion)            \
  X(device_count, cuDeviceGetCount)                \
  X(device_get, cuDeviceGet)                       \
  X(device_name, cuDeviceGetName)                  \
  X(device_bus, cuDeviceGetPCIBusId)               \
  X(device_attribute, cuDeviceGetAttribute)        \
  X(primary_retain, cuDevicePrimaryCtxRetain)      \
  X(primary_flags, cuDevicePrimaryCtxSetFlags)     \
  X(set_current, cuCtxSetCurrent)                  \
  X(set_limit, cuCtxSetLimit)                      \
  X(get_limit, cuCtxGetLimit)                      \
  X(reset_persisting, cuCtxResetPersistingL2Cache) \
  X(synchronize, cuCtxSynchronize)                 \
  X(error_name, cuGetErrorName)                    \
  X(error_string, cuGetErrorString)                \
  X(module_load, cuModuleLoadData)                 \
  X(module_unload, cuModuleUnload)                 \
  X(module_function, cuModuleGetFunction)          \
  X(module_global, cuModuleGetGlobal)              \
  X(function_attribute, cuFuncGetAttribute)        \
  X(set_function_attribute, cuFuncSetAttribute)    \
  X(launch, cuLaunchKernel)                        \
  X(mem_info, cuMemGetInfo)                        \
  X(mem_alloc, cuMemAlloc)                         \
  X(mem_free, cuMemFree)                           \
  X(copy_to_device, cuMemcpyHtoD)                  \
  X(copy_to_host, cuMemcpyDtoH)                    \
  X(copy_async, cuMemcpyDtoDAsync)                 \
  X(memset8_async, cuMemsetD8Async)                \
  X(memset32_async, cuMemsetD32Async)              \
  X(memset8, cuMemsetD8)                           \
  X(stream_create, cuStreamCreate)                 \
  X(stream_destroy, cuStreamDestroy)               \
  X(stream_synchronize, cuStreamSynchronize)       \
  X(event_create, cuEventCreate)                   \
  X(event_destroy, cuEventDestroy)                 \
  X(event_record, cuEventRecord)                   \
  X(event_elapsed_ms, cuEventElapsedTime)          \
  X(address_reserve, cuMemAddressReserve)          \
  X(address_free, cuMemAddressFree)                \
  X(create, cuMemCreate)                           \
  X(release, cuMemRelease)                         \
  X(map, cuMemMap)                                 \
  X(unmap, cuMemUnmap)                             \
  X(set_access, cuMemSetAccess)                    \
  X(export_handle, cuMemExportToShareableHandle)   \
  X(import_handle, cuMemImportFromShareableHandle)

struct Driver {
#define VEGTTT_MEMBER(name, function) decltype(&::function) name = nullptr;
  VEGTTT_DRIVER_FUNCTIONS(VEGTTT_MEMBER)
#undef VEGTTT_MEMBER
};

// Why there is no usable driver; "" when there is. Loads it once.
const std::string& driver_missing();
// After driver_missing() has said "".
const Driver& driver();

// "CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered"
std::string error_text(CUresult result);

}  // namespace vegttt::evaluate::cuda

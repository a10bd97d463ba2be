// A driver without a device, for the program that executes plans: it writes down what it is asked
// for and fails as told. Beside the library lie two files: `calls` receives a line for every call
// that matters, `faults` has lines of
//   CALL ERROR     that call fails, e.g. "launch:bad 701", "create 2", "sync 214"
//   after:K ERROR  once kernel K was launched, waiting fails, as after a fault
//   stack:K BYTES  kernel K needs so much local memory;  threads:K N  at most N threads of it
#include <cuda.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>

namespace {

struct Kernel {
  std::string name;
};

std::string folder() {
  Dl_info info;
  ::dladdr(reinterpret_cast<void*>(&folder), &info);
  const std::string file = info.dli_fname;
  return file.substr(0, file.rfind('/') + 1);
}

void write_down(const std::string& call) {
  static const int file =
      ::open((folder() + "calls").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  const std::string line = call + "\n";
  [[maybe_unused]] const ssize_t n = ::write(file, line.data(), line.size());
}

int told(const std::string& key, int otherwise = 0) {
  static const std::map<std::string, int> all = [] {
    std::map<std::string, int> read;
    std::ifstream in(folder() + "faults");
    std::string name;
    for (int value = 0; in >> name >> value;) read[name] = value;
    return read;
  }();
  const auto found = all.find(key);
  return found == all.end() ? otherwise : found->second;
}

CUresult answer(const std::string& call) {
  write_down(call);
  return static_cast<CUresult>(told(call));
}

int sticky = 0;
std::size_t stack_bytes = 1024;
CUdeviceptr next_address = CUdeviceptr{1} << 40;

}  // namespace

extern "C" {

CUresult cuInit(unsigned) { return CUDA_SUCCESS; }
CUresult cuDeviceGetCount(int* count) { return *count = 1, CUDA_SUCCESS; }
CUresult cuDeviceGet(CUdevice* device, int which) { return *device = which, CUDA_SUCCESS; }
CUresult cuDevicePrimaryCtxSetFlags(CUdevice, unsigned) { return CUDA_SUCCESS; }
CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice) {
  return *context = nullptr, CUDA_SUCCESS;
}
CUresult cuCtxSetCurrent(CUcontext) { return CUDA_SUCCESS; }
CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute which, CUdevice) {
  switch (which) {
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
      return *value = 4, CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
      return *value = 1 << 20, CUDA_SUCCESS;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
      return *value = 227 << 10, CUDA_SUCCESS;
    default:
      return *value = 1024, CUDA_SUCCESS;
  }
}
CUresult cuCtxSetLimit(CUlimit limit, std::size_t value) {
  const CUresult result = answer("limit:" + std::to_string(limit) + "=" + std::to_string(value));
  if (limit == CU_LIMIT_STACK_SIZE && result == CUDA_SUCCESS) stack_bytes = value;
  return result;
}
CUresult cuCtxGetLimit(std::size_t* value, CUlimit) { return *value = stack_bytes, CUDA_SUCCESS; }
CUresult cuCtxResetPersistingL2Cache() { return answer("reset_persisting"); }

CUresult cuGetErrorName(CUresult error, const char** name) {
  static thread_local std::string text;
  text = "error " + std::to_string(error);
  return *name = text.c_str(), CUDA_SUCCESS;
}
CUresult cuGetErrorString(CUresult, const char** text) { return *text = "told to", CUDA_SUCCESS; }

CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  *module = reinterpret_cast<CUmodule>(new int);
  return answer(std::string("load:") + static_cast<const char*>(image));
}
CUresult cuModuleUnload(CUmodule) { return answer("unload"); }
CUresult cuModuleGetFunction(CUfunction* function, CUmodule, const char* name) {
  static std::map<std::string, Kernel> kernels;
  Kernel& kernel = kernels[name];
  kernel.name = name;
  *function = reinterpret_cast<CUfunction>(&kernel);
  return CUDA_SUCCESS;
}
CUresult cuFuncGetAttribute(int* value, CUfunction_attribute which, CUfunction function) {
  const std::string& name = reinterpret_cast<Kernel*>(function)->name;
  *value = 0;
  if (which == CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES) *value = told("stack:" + name);
  if (which == CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK) *value = told("threads:" + name, 1024);
  if (which == CU_FUNC_ATTRIBUTE_NUM_REGS) *value = 255;
  return CUDA_SUCCESS;
}
CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute which, int value) {
  write_down("set:" + reinterpret_cast<Kernel*>(function)->name + " " + std::to_string(which) +
             "=" + std::to_string(value));
  return CUDA_SUCCESS;
}
CUresult cuLaunchKernel(CUfunction function,
                        unsigned,
                        unsigned,
                        unsigned,
                        unsigned,
                        unsigned,
                        unsigned,
                        unsigned,
                        CUstream,
                        void**,
                        void**) {
  const std::string& name = reinterpret_cast<Kernel*>(function)->name;
  if (sticky == 0) sticky = told("after:" + name);
  stack_bytes = std::max(stack_bytes, static_cast<std::size_t>(told("stack:" + name)));
  return answer("launch:" + name);
}

CUresult cuMemsetD32Async(CUdeviceptr, unsigned word, std::size_t, CUstream) {
  char text[16];
  std::snprintf(text, sizeof text, "fill:%x", word);
  return answer(text);
}
CUresult cuMemsetD8Async(CUdeviceptr, unsigned char, std::size_t, CUstream) {
  return answer("memset");
}
// Host memory stands for what is neither mapped nor shared.
CUresult cuMemAlloc(CUdeviceptr* address, std::size_t bytes) {
  *address = reinterpret_cast<CUdeviceptr>(std::malloc(bytes));
  return CUDA_SUCCESS;
}
CUresult cuMemFree(CUdeviceptr address) {
  return std::free(reinterpret_cast<void*>(address)), CUDA_SUCCESS;
}
CUresult cuMemcpyHtoD(CUdeviceptr to, const void* from, std::size_t bytes) {
  return std::memcpy(reinterpret_cast<void*>(to), from, bytes), CUDA_SUCCESS;
}
CUresult cuMemcpyDtoH(void* to, CUdeviceptr from, std::size_t bytes) {
  return std::memcpy(to, reinterpret_cast<void*>(from), bytes), CUDA_SUCCESS;
}
CUresult cuMemsetD8(CUdeviceptr to, unsigned char value, std::size_t bytes) {
  std::memset(reinterpret_cast<void*>(to), value, bytes);
  return answer("clear:" + std::to_string(bytes));
}
CUresult cuCtxSynchronize() { return cuStreamSynchronize(nullptr); }
CUresult cuStreamCreate(CUstream*, unsigned) { return answer("stream"); }
CUresult cuStreamDestroy(CUstream) { return CUDA_SUCCESS; }
CUresult cuStreamSynchronize(CUstream) {
  const CUresult result = answer("sync");
  return sticky != 0 ? static_cast<CUresult>(sticky) : result;
}
CUresult cuEventCreate(CUevent*, unsigned) { return CUDA_SUCCESS; }
CUresult cuEventDestroy(CUevent) { return CUDA_SUCCESS; }
CUresult cuEventRecord(CUevent, CUstream) { return answer("event"); }
CUresult cuEventElapsedTime(float* ms, CUevent, CUevent) { return *ms = 0.005f, answer("elapsed"); }

CUresult cuMemAddressReserve(
    CUdeviceptr* address, std::size_t bytes, std::size_t, CUdeviceptr, unsigned long long) {
  *address = next_address;
  next_address += bytes;
  return answer("reserve");
}
CUresult cuMemAddressFree(CUdeviceptr, std::size_t) { return answer("unreserve"); }
CUresult cuMemCreate(CUmemGenericAllocationHandle* handle,
                     std::size_t bytes,
                     const CUmemAllocationProp*,
                     unsigned long long) {
  *handle = 1;
  answer("create");
  return static_cast<CUresult>(bytes >= std::size_t{1} << 40 ? 2 : told("create"));
}
CUresult cuMemImportFromShareableHandle(CUmemGenericAllocationHandle* handle,
                                        void*,
                                        CUmemAllocationHandleType) {
  return *handle = 2, answer("import");
}
CUresult cuMemRelease(CUmemGenericAllocationHandle) { return answer("release"); }
CUresult cuMemMap(
    CUdeviceptr, std::size_t, std::size_t, CUmemGenericAllocationHandle, unsigned long long) {
  return answer("map");
}
CUresult cuMemUnmap(CUdeviceptr, std::size_t) { return answer("unmap"); }
CUresult cuMemSetAccess(CUdeviceptr, std::size_t, const CUmemAccessDesc* access, std::size_t) {
  return answer(access->flags == CU_MEM_ACCESS_FLAGS_PROT_READ ? "readable" : "writable");
}

}  // extern "C"

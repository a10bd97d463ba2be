#include "gpu/program.h"

#include <nvrtc.h>

#include "vegttt/core/error.h"

namespace vegttt::policy::gpu {
namespace {

void must(cudaError_t result, const char* call) {
  if (result != cudaSuccess) throw core::MachineError(cudaGetErrorString(result), call);
}

std::string architecture() {
  int device = 0, major = 0, minor = 0;
  must(cudaGetDevice(&device), "cudaGetDevice");
  must(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device),
       "cudaDeviceGetAttribute");
  must(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device),
       "cudaDeviceGetAttribute");
  return std::to_string(10 * major + minor) + (major >= 9 ? "a" : "");
}

std::string log_of(nvrtcProgram program) {
  std::size_t size = 0;
  nvrtcGetProgramLogSize(program, &size);
  std::string log(size, '\0');
  nvrtcGetProgramLog(program, log.data());
  return log.c_str();
}

std::string compile(const std::string& source, const std::vector<std::string>& defines) {
  std::vector<std::string> options = {
      "--gpu-architecture=sm_" + architecture(), "--std=c++17", "-default-device"};
  for (const std::string& define : defines) options.push_back("-D" + define);
  std::vector<const char*> list;
  for (const std::string& option : options) list.push_back(option.c_str());
  nvrtcProgram program = nullptr;
  nvrtcCreateProgram(&program, source.c_str(), "vegttt", 0, nullptr, nullptr);
  const nvrtcResult result =
      nvrtcCompileProgram(program, static_cast<int>(list.size()), list.data());
  std::string cubin;
  std::size_t size = 0;
  if (result == NVRTC_SUCCESS && nvrtcGetCUBINSize(program, &size) == NVRTC_SUCCESS) {
    cubin.resize(size);
    nvrtcGetCUBIN(program, cubin.data());
  }
  const std::string log = log_of(program);
  nvrtcDestroyProgram(&program);
  if (cubin.empty())
    throw core::MachineError("a kernel of the sampler does not compile: " + log, "NVRTC");
  return cubin;
}

}  // namespace

Program::Program(const std::string& source, const std::vector<std::string>& defines) {
  const std::string cubin = compile(source, defines);
  must(cudaLibraryLoadData(&library_, cubin.data(), nullptr, nullptr, 0, nullptr, nullptr, 0),
       "cudaLibraryLoadData");
}

Program::~Program() {
  if (library_ != nullptr) cudaLibraryUnload(library_);
}

cudaKernel_t Program::find(const char* kernel) {
  cudaKernel_t& found = kernels_[kernel];
  if (found == nullptr) must(cudaLibraryGetKernel(&found, library_, kernel), kernel);
  return found;
}

void Program::allow_shared(const char* kernel, int bytes) {
  must(cudaFuncSetAttribute(reinterpret_cast<const void*>(find(kernel)),
                            cudaFuncAttributeMaxDynamicSharedMemorySize,
                            bytes),
       kernel);
}

void Program::launch_with(const char* kernel,
                          dim3 grid,
                          dim3 block,
                          unsigned shared,
                          cudaStream_t stream,
                          void** arguments) {
  must(cudaLaunchKernel(
           reinterpret_cast<const void*>(find(kernel)), grid, block, arguments, shared, stream),
       kernel);
}

}  // namespace vegttt::policy::gpu

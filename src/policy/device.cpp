#include "vegttt/policy/device.h"

#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>

#include <fstream>
#include <string>

#include "memory.h"
#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

// Of what tensors take, pools of all kinds together.
c10::CachingDeviceAllocator::Stat allocated(at::Device device) {
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return c10::cuda::CUDACachingAllocator::getDeviceStats(device.index()).allocated_bytes[kAll];
}

std::int64_t reserved_bytes(at::Device device) {
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return c10::cuda::CUDACachingAllocator::getDeviceStats(device.index())
      .reserved_bytes[kAll]
      .current;
}

}  // namespace

at::Device device_of(const config::PolicyOptions& options) {
  const std::string& name = options.device;
  if (name == "cpu" || (name == "auto" && !at::hasCUDA())) return at::kCPU;
  if (name == "auto" || (name == "cuda" && at::hasCUDA())) return at::Device(at::kCUDA, 0);
  if (name.starts_with("cuda") && !at::hasCUDA())
    throw core::UserError("no CUDA device here", "policy.device", "use cpu or auto");
  if (name.starts_with("cuda:") && name.size() == 6 && name[5] >= '0' && name[5] <= '9')
    return at::Device(name);
  throw core::UserError("'" + name + "' is not a device (auto, cpu, cuda:N)", "policy.device");
}

at::ScalarType dtype_of(const config::PolicyOptions& options, at::Device device) {
  if (options.dtype == "auto") return device.is_cpu() ? at::kFloat : at::kBFloat16;
  if (options.dtype == "float32") return at::kFloat;
  if (options.dtype == "bfloat16") return at::kBFloat16;
  throw core::UserError("'" + options.dtype + "' is not a type (auto, float32, bfloat16)",
                        "policy.dtype");
}

void synchronize(at::Device device) {
  if (!device.is_cuda()) return;
  const c10::cuda::CUDAGuard guard(device);
  c10::cuda::device_synchronize();
}

std::int64_t available_memory(at::Device device) {
  if (!device.is_cuda()) return available_memory();
  at::empty({1}, at::TensorOptions().device(device));  // the allocator answers only once it is used
  const c10::cuda::CUDAGuard guard(device);
  std::size_t free = 0, total = 0;
  C10_CUDA_CHECK(cudaMemGetInfo(&free, &total));
  return static_cast<std::int64_t>(free) + reserved_bytes(device) - allocated(device).current;
}

std::int64_t peak_memory(at::Device device) {
  if (device.is_cuda()) return allocated(device).peak;
  std::ifstream file("/proc/self/status");
  std::string key, unit;
  while (file >> key) {
    std::int64_t kilobytes = 0;
    if (key == "VmHWM:" && file >> kilobytes) return kilobytes * 1024;
    std::getline(file, unit);
  }
  return 0;
}

void forget_peak_memory(at::Device device) {
  if (device.is_cuda()) return c10::cuda::CUDACachingAllocator::resetPeakStats(device.index());
  std::ofstream("/proc/self/clear_refs") << "5";  // proc(5); what cannot be reset stays
}

void release_unused_memory(at::Device device) {
  if (device.is_cuda()) c10::cuda::CUDACachingAllocator::emptyCache();
}

}  // namespace vegttt::policy

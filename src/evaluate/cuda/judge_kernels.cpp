#include "judge_kernels.h"

#include <algorithm>
#include <array>

#include "device_buffer.h"
#include "device_facts.h"
#include "helpers.h"

namespace vegttt::evaluate {
namespace {

using cuda::driver;

std::uint64_t attribute(CUdevice_attribute which, int device) {
  int value = 0;
  require(driver().device_attribute(&value, which, device), "cuDeviceGetAttribute");
  return static_cast<std::uint64_t>(value);
}

// The device's context is current from here on.
int made_current(int device) {
  use_device(device);
  return device;
}

}  // namespace

JudgeKernels::JudgeKernels(int device)
    : device_(made_current(device)),
      l2_bytes_(attribute(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, device)),
      processors_(attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device)),
      module_(helpers_cubin(cuda::device_architecture(device))),
      spin_(module_.function("vegttt_spin")),
      read_(module_.function("vegttt_read")),
      nothing_(module_.function("vegttt_nothing")),
      flush_((4 * l2_bytes_ + 4095) / 4096 * 4096),
      sink_(16),
      math_(device) {}

// Lines that a candidate marked to persist are forgotten, as before its own repetitions.
void JudgeKernels::flush() {
  const CUresult reset = driver().reset_persisting();
  if (reset != CUDA_ERROR_NOT_SUPPORTED) require(reset, "cuCtxResetPersistingL2Cache");
  require(driver().memset32_async(flush_.get(), 0x5a5a5a5a, flush_.size() / 4, nullptr),
          "cuMemsetD32Async");
  for (int i = 0; i < 2; ++i)
    read(reinterpret_cast<const void*>(static_cast<std::uintptr_t>(flush_.get())),
         flush_.size() / 2);
}

void JudgeKernels::read(const void* data, std::uint64_t bytes) {
  CUdeviceptr sink = sink_.get();
  std::uint64_t count = bytes / 16;
  void* arguments[] = {&data, &count, &sink};
  launch_kernel(read_, processors_ * 4, 512, arguments);
}

void JudgeKernels::spin(double microseconds) {
  auto nanoseconds = static_cast<std::uint64_t>(microseconds * 1e3);
  void* arguments[] = {&nanoseconds};
  launch_kernel(spin_, 1, 1, arguments);
}

double JudgeKernels::empty_us(std::size_t kernels) {
  std::array<double, 9> us{};
  for (double& one : us) {
    spin(80);
    begin();
    for (std::size_t i = 0; i < kernels; ++i) launch_kernel(nothing_, 1, 1, nullptr);
    end();
    synchronize();
    one = elapsed_us();
  }
  std::sort(us.begin(), us.end());
  return us[us.size() / 2];
}

void JudgeKernels::begin() {
  require(driver().event_record(begin_.get(), nullptr), "cuEventRecord");
}
void JudgeKernels::end() { require(driver().event_record(end_.get(), nullptr), "cuEventRecord"); }
void JudgeKernels::synchronize() {
  require(driver().stream_synchronize(nullptr), "cuStreamSynchronize");
}

double JudgeKernels::elapsed_us() const {
  float ms = 0;
  require(driver().event_elapsed_ms(&ms, begin_.get(), end_.get()), "cuEventElapsedTime");
  return static_cast<double>(ms) * 1e3;
}

}  // namespace vegttt::evaluate

#include "judge_kernels.h"

#include <algorithm>
#include <bit>

#include "device_buffer.h"
#include "helpers.h"

namespace vegttt::evaluate {

using cuda::driver;

double DeviceTally::largest() const { return std::bit_cast<float>(largest_bits); }

JudgeKernels::JudgeKernels(int device) {
  use_device(device);
  const std::string& cubin = helpers_cubin();
  require(driver().module_load(&module_, cubin.data()), "cuModuleLoadData");
  const auto find = [&](CUfunction& function, const char* name) {
    require(driver().module_function(&function, module_, name), "cuModuleGetFunction");
  };
  find(spin_, "vegttt_spin");
  find(read_, "vegttt_read");
  find(check_, "vegttt_check");
  find(others_, "vegttt_others");
  require(driver().event_create(&begin_, CU_EVENT_DEFAULT), "cuEventCreate");
  require(driver().event_create(&end_, CU_EVENT_DEFAULT), "cuEventCreate");
  int l2 = 0, processors = 0;
  require(driver().device_attribute(&l2, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, device),
          "cuDeviceGetAttribute");
  require(driver().device_attribute(&processors, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device),
          "cuDeviceGetAttribute");
  l2_bytes_ = static_cast<std::uint64_t>(l2);
  processors_ = static_cast<unsigned>(processors);
  flush_bytes_ = (4 * l2_bytes_ + 4095) / 4096 * 4096;
  require(driver().mem_alloc(&flush_, flush_bytes_), "cuMemAlloc");
  require(driver().mem_alloc(&tally_, sizeof(DeviceTally)), "cuMemAlloc");
  require(driver().memset8(flush_, 0, flush_bytes_), "cuMemsetD8");
}

void JudgeKernels::launch(CUfunction function, unsigned grid, unsigned block, void** arguments) {
  require(driver().launch(function, grid, 1, 1, block, 1, 1, 0, nullptr, arguments, nullptr),
          "cuLaunchKernel");
}

void JudgeKernels::flush() {
  require(driver().memset32_async(flush_, 0x5a5a5a5a, flush_bytes_ / 4, nullptr),
          "cuMemsetD32Async");
  CUdeviceptr data = flush_, sink = tally_;
  std::uint64_t count = flush_bytes_ / 2 / 16;
  void* arguments[] = {&data, &count, &sink};
  for (int i = 0; i < 2; ++i) launch(read_, processors_ * 4, 512, arguments);
}

void JudgeKernels::spin(double microseconds) {
  auto nanoseconds = static_cast<std::uint64_t>(microseconds * 1e3);
  void* arguments[] = {&nanoseconds};
  launch(spin_, 1, 1, arguments);
}

DeviceTally JudgeKernels::fetch() {
  DeviceTally tally;
  require(driver().copy_to_host(&tally, tally_, sizeof tally), "cuMemcpyDtoH");
  return tally;
}

DeviceTally JudgeKernels::check(const void* out,
                                const void* truth,
                                const void* allowance,
                                std::uint64_t count,
                                std::uint64_t margin_words,
                                std::uint32_t pattern) {
  require(driver().memset8_async(tally_, 0, sizeof(DeviceTally), nullptr), "cuMemsetD8Async");
  void* arguments[] = {&out, &truth, &allowance, &count, &tally_};
  const auto blocks = std::min<std::uint64_t>((count + 255) / 256, processors_ * 8);
  if (count > 0) launch(check_, static_cast<unsigned>(blocks), 256, arguments);
  const auto* front = static_cast<const std::uint32_t*>(out) - margin_words;
  auto words = static_cast<std::uint32_t>(margin_words);
  void* margin[] = {&front, &words, &pattern, &tally_};
  if (words > 0) launch(others_, (words + 255) / 256, 256, margin);
  return fetch();
}

DeviceTally JudgeKernels::check_margin(const void* out,
                                       std::uint64_t margin_words,
                                       std::uint32_t pattern) {
  return check(out, out, out, 0, margin_words, pattern);
}

void JudgeKernels::begin() { require(driver().event_record(begin_, nullptr), "cuEventRecord"); }
void JudgeKernels::end() { require(driver().event_record(end_, nullptr), "cuEventRecord"); }
void JudgeKernels::synchronize() {
  require(driver().stream_synchronize(nullptr), "cuStreamSynchronize");
}

double JudgeKernels::elapsed_us() const {
  float ms = 0;
  require(driver().event_elapsed_ms(&ms, begin_, end_), "cuEventElapsedTime");
  return static_cast<double>(ms) * 1e3;
}

template <class Body>
double JudgeKernels::best_us(Body body) {
  constexpr int kRounds = 12;
  double best = 1e30;
  for (int i = 0; i < kRounds; ++i) {
    spin(30);
    begin();
    body();
    end();
    synchronize();
    best = std::min(best, elapsed_us());
  }
  return best;
}

double JudgeKernels::read_rate() {
  constexpr std::uint64_t kBytes = std::uint64_t{1} << 30;
  CUdeviceptr data = 0, sink = tally_;
  require(driver().mem_alloc(&data, kBytes), "cuMemAlloc");
  require(driver().memset8(data, 1, kBytes), "cuMemsetD8");
  std::uint64_t count = kBytes / 16;
  void* arguments[] = {&data, &count, &sink};
  const double us = best_us([&] { launch(read_, processors_ * 16, 512, arguments); });
  driver().mem_free(data);
  return static_cast<double>(kBytes) / us;
}

double JudgeKernels::write_rate() {
  constexpr std::uint64_t kBytes = std::uint64_t{1} << 30;
  CUdeviceptr data = 0;
  require(driver().mem_alloc(&data, kBytes), "cuMemAlloc");
  const double us = best_us([&] { driver().memset32_async(data, 3, kBytes / 4, nullptr); });
  driver().mem_free(data);
  return static_cast<double>(kBytes) / us;
}

}  // namespace vegttt::evaluate

#include "scrubber.h"

#include "context.h"
#include "stack_limit.h"

namespace vegttt::evaluate::device {

using cuda::driver;

Scrubber::Scrubber(const Module& helpers, CUstream stream)
    : stream_(stream),
      read_(helpers.function("vegttt_read")),
      shared_(helpers.function("vegttt_scrub")),
      processors_(attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)),
      shared_bytes_(attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)),
      flush_(4 * static_cast<std::uint64_t>(attribute(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE))) {
  for (const std::uint64_t bytes : kStackScrubs)
    stacks_.push_back(helpers.function(("vegttt_scrub_stack_" + std::to_string(bytes)).c_str()));
  must(driver().set_function_attribute(
           shared_, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, shared_bytes_),
       "cuFuncSetAttribute");
}

std::uint64_t Scrubber::stack_bytes() const { return kStackScrubs[stack_]; }

void Scrubber::cover_stacks(std::uint64_t bytes) {
  stack_ = stack_scrub_for(bytes);
  scrub_stacks(0);
  must(driver().stream_synchronize(stream_), "scrubbing the stacks");
}

void Scrubber::launch(
    CUfunction function, int grid, int block, int shared_bytes, void** arguments) {
  must(driver().launch(function,
                       static_cast<unsigned>(grid),
                       1,
                       1,
                       static_cast<unsigned>(block),
                       1,
                       1,
                       static_cast<unsigned>(shared_bytes),
                       stream_,
                       arguments,
                       nullptr),
       "cuLaunchKernel");
}

// As many threads as the device holds at once, so that each place of a stack is somebody's.
void Scrubber::scrub_stacks(std::uint32_t value) {
  void* arguments[] = {&value};
  launch(stacks_[stack_], 2 * processors_, 1024, 0, arguments);
}

void Scrubber::scrub(std::uint32_t value) {
  std::uint32_t words = static_cast<std::uint32_t>(shared_bytes_) / 4;
  void* arguments[] = {&words, &value};
  launch(shared_, processors_, 1024, shared_bytes_, arguments);
  scrub_stacks(value);
}

void Scrubber::flush() {
  const CUresult reset = driver().reset_persisting();
  if (reset != CUDA_ERROR_NOT_SUPPORTED) must(reset, "cuCtxResetPersistingL2Cache");
  const std::uint64_t bytes = flush_.page_bytes();
  must(driver().memset32_async(flush_.pages(), 0x5a5a5a5a, bytes / 4, stream_), "cuMemsetD32Async");
  CUdeviceptr data = flush_.pages(), sink = data;
  std::uint64_t count = bytes / 2 / 16;
  void* arguments[] = {&data, &count, &sink};
  for (int i = 0; i < 2; ++i) launch(read_, processors_ * 4, 512, 0, arguments);
}

}  // namespace vegttt::evaluate::device

#include "context.h"

#include <initializer_list>

#include "stack_limit.h"

namespace vegttt::evaluate::device {

using cuda::driver;

namespace {

CUdevice device_in_use = 0;
std::uint64_t least_stack = 0;  // what the driver made of kStackBytes

std::size_t limit_of(CUlimit limit) {
  std::size_t value = 0;
  must(driver().get_limit(&value, limit), "cuCtxGetLimit");
  return value;
}

// To the least of these that the driver takes; the last is what it would choose itself.
void lower(CUlimit limit, std::initializer_list<std::size_t> values, const char* what) {
  CUresult result = CUDA_SUCCESS;
  for (const std::size_t value : values) {
    result = driver().set_limit(limit, value);
    if (result == CUDA_SUCCESS) return;
  }
  // A device without persisting lines has no limit for them.
  if (result == CUDA_ERROR_UNSUPPORTED_LIMIT || result == CUDA_ERROR_NOT_SUPPORTED) return;
  if (limit_of(limit) > *(values.end() - 1)) must(result, what);
}

}  // namespace

CUdevice current_device() { return device_in_use; }

int attribute(CUdevice_attribute which) {
  int value = 0;
  must(driver().device_attribute(&value, which, device_in_use), "cuDeviceGetAttribute");
  return value;
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
  lower(CU_LIMIT_PRINTF_FIFO_SIZE, {0, 4096, 1 << 20}, "cuCtxSetLimit of the printf buffer");
  lower(CU_LIMIT_MALLOC_HEAP_SIZE, {0, 4096, 8 << 20}, "cuCtxSetLimit of the heap");
  lower(CU_LIMIT_PERSISTING_L2_CACHE_SIZE, {0}, "cuCtxSetLimit of persisting cache lines");
  lower(CU_LIMIT_STACK_SIZE, {kStackBytes, kUsualStackBytes}, "cuCtxSetLimit of stacks");
  least_stack = stack_limit();
}

void describe_device(Reply& reply) {
  const auto ask = [](CUdevice_attribute which) {
    return static_cast<std::uint32_t>(attribute(which));
  };
  reply.sm_count = ask(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  reply.shared_bytes = ask(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  reply.threads = ask(CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK);
  reply.l2_bytes = ask(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  for (int i = 0; i < 3; ++i) {  // x, y and z follow each other in cuda.h
    reply.grid[i] = ask(static_cast<CUdevice_attribute>(CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X + i));
    reply.block[i] = ask(static_cast<CUdevice_attribute>(CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X + i));
  }
}

std::uint64_t stack_limit() { return limit_of(CU_LIMIT_STACK_SIZE); }

void shrink_stacks() {
  if (stack_limit() > least_stack)
    must(driver().set_limit(CU_LIMIT_STACK_SIZE, least_stack), "cuCtxSetLimit of stacks");
}

}  // namespace vegttt::evaluate::device

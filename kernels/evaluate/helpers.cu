// Kernels of the device process, and of the judge where it times: the same for candidate and reference. Compiled as a
// candidate is.

// Holds the stream back while what is timed is queued behind it.
extern "C" __global__ void vegttt_spin(uint64_t nanoseconds) {
  uint64_t begin, now;
  asm volatile("mov.u64 %0, %globaltimer;" : "=l"(begin));
  do {
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(now));
  } while (now - begin < nanoseconds);
}

// Reads everything, so that the second-level cache holds lines of this buffer, none of them dirty.
extern "C" __global__ void vegttt_read(const uint4* data, uint64_t count, uint32_t* sink) {
  uint32_t sum = 0;
  const uint64_t step = uint64_t(gridDim.x) * blockDim.x;
  for (uint64_t i = blockIdx.x * uint64_t(blockDim.x) + threadIdx.x; i < count; i += step) {
    const uint4 v = data[i];
    sum += v.x ^ v.y ^ v.z ^ v.w;
  }
  if (sum == 0x9e3779b9u) *sink = sum;
}

// What an empty plan starts.
extern "C" __global__ void vegttt_nothing() {}

// Overwrites shared memory with what no kernel left there, and then registers with what it reads there: a block for
// each processor, which fills both.
extern "C" __global__ void __launch_bounds__(1024, 1) vegttt_scrub(uint32_t words, uint32_t value) {
  extern __shared__ uint32_t shared[];
  for (uint32_t i = threadIdx.x; i < words; i += blockDim.x) shared[i] = value ^ i;
  __syncthreads();
  constexpr uint32_t kHeld = 56;  // of the 64 that a thread of such a block can have
  uint32_t held[kHeld];
#pragma unroll
  for (uint32_t i = 0; i < kHeld; ++i) held[i] = shared[threadIdx.x + 256 * i];
  __syncthreads();  // all of them are read before the first is written elsewhere
#pragma unroll
  for (uint32_t i = 0; i < kHeld; ++i) shared[threadIdx.x + 256 * i] = held[kHeld - 1 - i];
}

// Above the first frame there is room up to the end of the 16 MiB of addresses that a thread has for its own: some 576
// bytes which the calling convention keeps for itself, and which any kernel can reach.
__device__ __forceinline__ void vegttt_scrub_above(volatile uint32_t* top, uint32_t value) {
  constexpr uint64_t kWindow = 1 << 24, kMost = 4096;
  uint64_t at;
  asm volatile("cvta.to.local.u64 %0, %1;" : "=l"(at) : "l"(top));
  const uint64_t end = (at + kWindow - 1) / kWindow * kWindow;
  if (end - at > kMost) return;
#pragma unroll 1
  for (; at < end; at += 4) asm volatile("st.local.u32 [%0], %1;" ::"l"(at), "r"(value ^ uint32_t(at)) : "memory");
}

// The same for the stacks of as many threads as a processor holds. What was written last would lie in the first-level
// cache, which need not write back what belongs to threads that have ended: reading other words drives it out.
template <uint32_t kBytes>
__device__ __forceinline__ void vegttt_scrub_stack(uint32_t value) {
  constexpr uint32_t kWords = kBytes / 4, kDriven = kWords < 128 ? kWords / 2 : 64;
  volatile uint32_t stack[kWords];
#pragma unroll 1
  for (uint32_t i = 0; i < kWords; ++i) stack[i] = value ^ i;
  uint32_t sum = 0;
#pragma unroll 1
  for (uint32_t i = 0; i < kDriven; ++i) sum += stack[i];
  asm volatile("" ::"r"(sum));
  vegttt_scrub_above(stack + kWords, value);
}

// As src/evaluate/device/stack_limit.h lists them.
#define VEGTTT_SCRUB_STACK(bytes)                                                                    \
  extern "C" __global__ void __launch_bounds__(1024, 2) vegttt_scrub_stack_##bytes(uint32_t value) { \
    vegttt_scrub_stack<bytes>(value);                                                                \
  }
VEGTTT_SCRUB_STACK(512)
VEGTTT_SCRUB_STACK(1024)
VEGTTT_SCRUB_STACK(2048)
VEGTTT_SCRUB_STACK(4096)
VEGTTT_SCRUB_STACK(8192)
VEGTTT_SCRUB_STACK(16384)
VEGTTT_SCRUB_STACK(32768)
VEGTTT_SCRUB_STACK(66560)

void launch(Workspace&) {}
extern "C" __global__ void vegttt_record(void* const*, Workspace* ws) { launch(*ws); }

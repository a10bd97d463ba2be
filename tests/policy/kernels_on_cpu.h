// What a CUDA kernel of kernels/policy needs to be compiled and run by a C++ compiler: one thread a
// thread, block after block. Only for kernels with an ON_CPU switch, and slow.
#pragma once

#include <barrier>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace emulated {

struct Index {
  unsigned x = 1, y = 1, z = 1;
};
inline thread_local Index threadIdx, blockIdx;
inline Index blockDim, gridDim;
inline std::unique_ptr<std::barrier<>> of_block;
inline std::vector<std::unique_ptr<std::barrier<>>> of_warps;
inline std::vector<float> slots;

inline void synchronize_block() { of_block->arrive_and_wait(); }

inline float exchange(float v, int with) {
  std::barrier<>& warp = *of_warps[threadIdx.x / 32];
  slots[threadIdx.x] = v;
  warp.arrive_and_wait();
  const float other = slots[threadIdx.x ^ static_cast<unsigned>(with)];
  warp.arrive_and_wait();
  return other;
}

// Runs `kernel`, a call with its arguments, by all threads of all blocks.
inline void launch(Index grid, unsigned threads, const std::function<void()>& kernel) {
  gridDim = grid, blockDim = {threads, 1, 1};
  of_block = std::make_unique<std::barrier<>>(threads);
  of_warps.clear();
  for (unsigned i = 0; i < threads / 32; ++i)
    of_warps.push_back(std::make_unique<std::barrier<>>(32));
  slots.assign(threads, 0);
  std::vector<std::jthread> all;
  for (unsigned t = 0; t < threads; ++t)
    all.emplace_back([&, t] {
      threadIdx = {t, 0, 0};
      for (unsigned y = 0; y < grid.y; ++y)
        for (unsigned x = 0; x < grid.x; ++x) {
          blockIdx = {x, y, 0};
          kernel();
          of_block->arrive_and_wait();
        }
    });
}

struct alignas(16) uint4 {
  std::uint32_t x, y, z, w;
};
struct alignas(8) uint2 {
  std::uint32_t x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

inline float uint_as_float(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;
struct bf16 {
  unsigned short bits;
};
inline float wide(bf16 v) { return uint_as_float(u32{v.bits} << 16); }
inline bf16 narrow(float v) {  // to the nearest, ties to even
  u32 bits;
  std::memcpy(&bits, &v, 4);
  if ((bits & 0x7fffffff) > 0x7f800000) return {0x7fff};
  return {static_cast<unsigned short>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

}  // namespace emulated

#define ON_CPU
#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static
#define __syncthreads emulated::synchronize_block
#define __shfl_xor_sync(mask, v, o) emulated::exchange(v, o)
#define __uint_as_float emulated::uint_as_float
#define __expf std::exp
#define rsqrtf(x) (1.0f / std::sqrt(x))

// CUDA's execution model on one CPU core, for candidates of the dialect `cuda` at small sizes.
//
// Every thread of a block is a fiber; blocks run one after the other. A fiber runs until it meets a
// barrier or a warp-wide operation, so threads between two barriers run one by one in a chosen
// order: what a missing
// __syncthreads() breaks comes out wrong in one order or another. Shared memory holds NaNs when a
// block starts. Leaving a kernel while others wait at a barrier, and launches beyond the device's
// limits, end the program.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#define __global__ inline
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __shared__ static __attribute__((section("block_shared")))
#define __constant__ static
#define __align__(n) __attribute__((aligned(n)))

using std::isfinite, std::isinf, std::isnan;

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct float2 {
  float x, y;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

inline dim3 threadIdx, blockIdx, blockDim, gridDim;
constexpr int warpSize = 32;

struct Workspace {
  unsigned char* base;
  unsigned long long capacity, used;
  void* alloc(unsigned long long bytes) {
    const unsigned long long begin = used;
    used += (bytes + 255) / 256 * 256;
    if (used > capacity) std::fprintf(stderr, "workspace: %llu bytes wanted\n", used), std::exit(3);
    return base + begin;
  }
  template <class T>
  T* alloc(unsigned long long count) {
    return static_cast<T*>(alloc(count * sizeof(T)));
  }
};

template <class A, class B>
constexpr std::common_type_t<A, B> min(A a, B b) {
  return b < a ? b : a;
}
template <class A, class B>
constexpr std::common_type_t<A, B> max(A a, B b) {
  return a < b ? b : a;
}
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline double rsqrt(double x) { return 1.0 / std::sqrt(x); }
inline float __expf(float x) { return std::exp(x); }
inline float __fdividef(float a, float b) { return a / b; }
template <class T>
T __ldg(const T* address) {
  return *address;
}
template <class T>
T atomicAdd(T* address, T value) {
  const T before = *address;
  *address = before + value;
  return before;
}

namespace emulated {

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr,
               "block (%u,%u,%u) thread (%u,%u,%u): %s\n",
               blockIdx.x,
               blockIdx.y,
               blockIdx.z,
               threadIdx.x,
               threadIdx.y,
               threadIdx.z,
               what);
  std::exit(3);
}

enum class State { kReady, kAtBlockBarrier, kAtWarpBarrier, kDone };
enum class Order { kAscending, kDescending, kShuffled };

constexpr std::size_t kStack = 32 << 10;

struct Fiber {
  ucontext_t context;
  std::unique_ptr<char[]> stack{new char[kStack]};
  State state = State::kDone;
  dim3 thread;
};

struct Machine {
  std::vector<Fiber> fibers;
  std::vector<std::size_t> order;
  ucontext_t scheduler;
  std::size_t current = 0;
  std::function<void()> kernel;
  alignas(16) unsigned char lanes[1024][16];
  Order wanted = Order::kAscending;
  bool launch_only = false;
  int launches = 0;
};
inline Machine machine;

inline void fiber_main() {
  machine.kernel();
  machine.fibers[machine.current].state = State::kDone;
  swapcontext(&machine.fibers[machine.current].context, &machine.scheduler);
}

inline void wait_as(State state) {
  Fiber& self = machine.fibers[machine.current];
  self.state = state;
  swapcontext(&self.context, &machine.scheduler);
}

inline void resume(std::size_t i) {
  machine.current = i;
  threadIdx = machine.fibers[i].thread;
  swapcontext(&machine.scheduler, &machine.fibers[i].context);
}

// Threads [begin, end) wait in the same state: lets them go on. A mixture with finished threads is
// an error.
inline bool release(std::size_t begin, std::size_t end, State waiting) {
  const auto in = [&](State s) {
    return std::count_if(machine.fibers.begin() + begin,
                         machine.fibers.begin() + end,
                         [&](const Fiber& f) { return f.state == s; });
  };
  const auto arrived = in(waiting), done = in(State::kDone);
  if (arrived == 0 || std::size_t(arrived + done) != end - begin) return false;
  if (done > 0) fail("waits for a thread that has left the kernel");
  for (std::size_t i = begin; i < end; ++i) machine.fibers[i].state = State::kReady;
  return true;
}

inline bool release_any(std::size_t threads) {
  bool any = false;
  for (std::size_t begin = 0; begin < threads; begin += 32)
    any |= release(begin, std::min(begin + 32, threads), State::kAtWarpBarrier);
  return any || release(0, threads, State::kAtBlockBarrier);
}

extern "C" unsigned char __start_block_shared[] __attribute__((weak));
extern "C" unsigned char __stop_block_shared[] __attribute__((weak));

inline void start_block(std::size_t threads) {
  if (__start_block_shared)
    std::memset(__start_block_shared, 0xff, __stop_block_shared - __start_block_shared);
  for (std::size_t i = 0; i < threads; ++i) {
    Fiber& fiber = machine.fibers[i];
    fiber.thread = dim3(i % blockDim.x, i / blockDim.x % blockDim.y, i / blockDim.x / blockDim.y);
    fiber.state = State::kReady;
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = kStack;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, fiber_main, 0);
  }
}

inline void run_block(std::size_t threads) {
  start_block(threads);
  while (true) {
    for (const std::size_t i : machine.order)
      if (machine.fibers[i].state == State::kReady) resume(i);
    if (std::all_of(machine.fibers.begin(), machine.fibers.begin() + threads, [](const Fiber& f) {
          return f.state == State::kDone;
        }))
      return;
    if (!release_any(threads)) fail("threads wait at different barriers");
  }
}

inline void order_threads(std::size_t threads) {
  machine.order.resize(threads);
  for (std::size_t i = 0; i < threads; ++i) machine.order[i] = i;
  if (machine.wanted == Order::kDescending)
    std::reverse(machine.order.begin(), machine.order.end());
  if (machine.wanted == Order::kShuffled)
    std::shuffle(machine.order.begin(), machine.order.end(), std::mt19937(7));
}

struct Config {
  dim3 grid, block;
  std::size_t shared = 0;
};
inline Config config(dim3 grid, dim3 block, std::size_t shared = 0) {
  return {grid, block, shared};
}

inline void check(const Config& c) {
  const unsigned long long threads = 1ull * c.block.x * c.block.y * c.block.z;
  if (threads == 0 || threads > 1024 || c.block.z > 64) fail("block outside of the limits");
  if (!c.grid.x || !c.grid.y || !c.grid.z || c.grid.x > INT_MAX || c.grid.y > 65535 ||
      c.grid.z > 65535)
    fail("grid outside of the limits");
  if (c.shared > 227 * 1024) fail("too much dynamic shared memory");
}

inline void launch(const Config& c, std::function<void()> kernel) {
  check(c);
  ++machine.launches;
  if (machine.launch_only) {
    std::printf("grid %u %u %u block %u %u %u shared %zu\n",
                c.grid.x,
                c.grid.y,
                c.grid.z,
                c.block.x,
                c.block.y,
                c.block.z,
                c.shared);
    return;
  }
  const std::size_t threads = std::size_t(c.block.x) * c.block.y * c.block.z;
  gridDim = c.grid, blockDim = c.block;
  machine.kernel = std::move(kernel);
  if (machine.fibers.size() < threads) machine.fibers = std::vector<Fiber>(threads);
  order_threads(threads);
  for (unsigned z = 0; z < c.grid.z; ++z)
    for (unsigned y = 0; y < c.grid.y; ++y)
      for (unsigned x = 0; x < c.grid.x; ++x) blockIdx = dim3(x, y, z), run_block(threads);
}

// What lane `source(lane)` of the warp holds; all lanes call it together.
template <class T, class Source>
T shuffle(T value, Source source) {
  const std::size_t self = machine.current, first = self / 32 * 32;
  std::memcpy(machine.lanes[self], &value, sizeof value);
  wait_as(State::kAtWarpBarrier);
  const int lane = source(int(self - first));
  if (lane >= 0 && lane < 32) std::memcpy(&value, machine.lanes[first + lane], sizeof value);
  wait_as(State::kAtWarpBarrier);
  return value;
}

}  // namespace emulated

inline void __syncthreads() { emulated::wait_as(emulated::State::kAtBlockBarrier); }
inline void __syncwarp(unsigned = ~0u) { emulated::wait_as(emulated::State::kAtWarpBarrier); }
template <class T>
T __shfl_down_sync(unsigned, T value, int by) {
  return emulated::shuffle(value, [=](int lane) { return lane + by; });
}
template <class T>
T __shfl_up_sync(unsigned, T value, int by) {
  return emulated::shuffle(value, [=](int lane) { return lane - by; });
}
template <class T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  return emulated::shuffle(value, [=](int lane) { return lane ^ mask; });
}
template <class T>
T __shfl_sync(unsigned, T value, int lane) {
  return emulated::shuffle(value, [=](int) { return lane; });
}

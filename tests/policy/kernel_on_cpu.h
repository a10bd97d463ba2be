// Runs a CUDA kernel's text on a CPU, thread by thread: a fiber for each thread of a block, blocks
// one after the other. Enough of the language for kernels/policy, tensor cores included. Include
// it, then the .cu files with ON_CPU defined.
#pragma once

#include <ucontext.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

namespace on_cpu {

struct Dim {
  unsigned x = 1, y = 1, z = 1;
};

inline Dim thread_index, block_index, block_size, grid_size;

class Block {
 public:
  Block(unsigned threads, std::function<void()> kernel)
      : kernel_(std::move(kernel)), fibers_(threads), warps_((threads + 31) / 32) {
    for (Fiber& fiber : fibers_) fiber.stack.resize(1 << 16);
  }
  void run() {
    running_ = this;
    all_ = {static_cast<int>(fibers_.size()), 0, 0};
    for (std::size_t w = 0; w < warps_.size(); ++w)
      warps_[w].barrier = {
          static_cast<int>(std::min<std::size_t>(32, fibers_.size() - 32 * w)), 0, 0};
    for (Fiber& fiber : fibers_) {
      fiber.done = false;
      getcontext(&fiber.context);
      fiber.context.uc_stack = {fiber.stack.data(), 0, fiber.stack.size()};
      fiber.context.uc_link = &scheduler_;
      makecontext(
          &fiber.context, [] { running_->enter(); }, 0);
    }
    for (bool left = true; left;) {
      left = false;
      for (current_ = 0; current_ < fibers_.size(); ++current_) {
        if (fibers_[current_].done) continue;
        left = true;
        thread_index.x = static_cast<unsigned>(current_);
        swapcontext(&scheduler_, &fibers_[current_].context);
      }
    }
  }
  static Block& running() { return *running_; }
  void wait_for_block() { wait(all_); }
  void wait_for_warp() { wait(warp().barrier); }
  // Everybody's 64 bytes, as they were when all of the warp had come here.
  template <class T>
  T exchange(const T& mine, unsigned from) {
    static_assert(sizeof(T) <= 64);
    std::memcpy(warp().slots[lane()], &mine, sizeof(T));
    wait_for_warp();
    T result;
    std::memcpy(&result, warp().slots[from], sizeof(T));
    wait_for_warp();
    return result;
  }
  template <class T>
  void gather(const T& mine, T (&all)[32]) {
    static_assert(sizeof(T) <= 64);
    std::memcpy(warp().slots[lane()], &mine, sizeof(T));
    wait_for_warp();
    for (int i = 0; i < 32; ++i) std::memcpy(&all[i], warp().slots[i], sizeof(T));
    wait_for_warp();
  }
  unsigned lane() const { return static_cast<unsigned>(current_ % 32); }

 private:
  struct Barrier {
    int expected = 0, there = 0, round = 0;
  };
  struct Fiber {
    ucontext_t context;
    std::vector<char> stack;
    bool done = false;
  };
  struct Warp {
    Barrier barrier;
    char slots[32][64];
  };

  Warp& warp() { return warps_[current_ / 32]; }
  void yield() {
    const std::size_t me = current_;
    swapcontext(&fibers_[me].context, &scheduler_);
  }
  void wait(Barrier& barrier) {
    const int round = barrier.round;
    if (++barrier.there == barrier.expected) return open(barrier);
    while (barrier.round == round) yield();
  }
  static void open(Barrier& barrier) {
    barrier.there = 0;
    ++barrier.round;
  }
  static void leave(Barrier& barrier) {
    if (--barrier.expected > 0 && barrier.there == barrier.expected) open(barrier);
  }
  void enter() {
    kernel_();
    fibers_[current_].done = true;
    leave(all_);
    leave(warp().barrier);
  }

  static inline Block* running_ = nullptr;
  std::function<void()> kernel_;
  std::vector<Fiber> fibers_;
  std::vector<Warp> warps_;
  Barrier all_;
  ucontext_t scheduler_;
  std::size_t current_ = 0;
};

inline void launch(Dim grid, unsigned threads, const std::function<void()>& kernel) {
  grid_size = grid;
  block_size = {threads, 1, 1};
  Block block(threads, kernel);
  for (block_index.z = 0; block_index.z < grid.z; ++block_index.z)
    for (block_index.y = 0; block_index.y < grid.y; ++block_index.y)
      for (block_index.x = 0; block_index.x < grid.x; ++block_index.x) block.run();
}

}  // namespace on_cpu

#define ON_CPU
#define __global__
#define __host__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static
#define threadIdx on_cpu::thread_index
#define blockIdx on_cpu::block_index
#define blockDim on_cpu::block_size
#define gridDim on_cpu::grid_size

using u32 = std::uint32_t;
using u64 = std::uint64_t;
using u8 = std::uint8_t;
using std::max;
using std::min;
struct uint2 {
  u32 x, y;
};
struct alignas(16) uint4 {
  u32 x, y, z, w;
};
struct float2 {
  float x, y;
};
struct bf16 {
  std::uint16_t bits;
};

inline u32 __float_as_uint(float v) { return std::bit_cast<u32>(v); }
inline float __uint_as_float(u32 v) { return std::bit_cast<float>(v); }
inline float __expf(float v) { return std::exp(v); }
inline float rsqrtf(float v) { return 1 / std::sqrt(v); }
inline float wide(bf16 v) { return __uint_as_float(u32{v.bits} << 16); }
inline bf16 narrow(float v) {
  const u32 bits = __float_as_uint(v);
  return {static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}
inline u32 pair(float low, float high) { return u32{narrow(high).bits} << 16 | narrow(low).bits; }

inline void __syncthreads() { on_cpu::Block::running().wait_for_block(); }
inline void __syncwarp() { on_cpu::Block::running().wait_for_warp(); }
inline float __shfl_xor_sync(unsigned, float v, unsigned by) {
  auto& block = on_cpu::Block::running();
  return block.exchange(v, block.lane() ^ by);
}

template <class T>
T __shfl_sync(unsigned, T v, unsigned from) {
  return on_cpu::Block::running().exchange(v, from);
}
inline int __shfl_up_sync(unsigned, int v, unsigned by) {
  auto& block = on_cpu::Block::running();
  return block.exchange(v, block.lane() < by ? block.lane() : block.lane() - by);
}
inline u32 __reduce_max_sync(unsigned, u32 v) {
  u32 all[32];
  on_cpu::Block::running().gather(v, all);
  return *std::max_element(all, all + 32);
}
inline int __popc(u32 v) { return std::popcount(v); }
inline void atomicOr(u32* to, u32 bits) { *to |= bits; }

// Both halves, each rounded once.
inline u32 times(u32 a, u32 b) {
  const auto low = [](u32 v) { return __uint_as_float(v << 16); };
  const auto high = [](u32 v) { return __uint_as_float(v & 0xffff0000u); };
  return pair(low(a) * low(b), high(a) * high(b));
}
// Copies are there at once; groups of them need no end.
inline void copy_16(void* to, const void* from, int bytes) {
  std::memset(to, 0, 16);
  std::memcpy(to, from, static_cast<std::size_t>(bytes));
}
inline void end_group() {}
template <int kPending>
void wait_for_groups() {}
#define DYNAMIC_SHARED(name) alignas(16) static u8 name[64 << 10]

// mma.sync.m16n8k16: a [16 rows, 16], b [16, 8 columns].
inline void multiply(float (&c)[4], u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1) {
  struct Operands {
    u32 a[4], b[2];
  } all[32];
  auto& block = on_cpu::Block::running();
  block.gather(Operands{{a0, a1, a2, a3}, {b0, b1}}, all);
  const unsigned lane = block.lane();
  const auto half = [](u32 both, unsigned i) {
    return __uint_as_float(i == 0 ? both << 16 : both & 0xffff0000u);
  };
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned row = lane / 4 + 8 * (i / 2), column = 2 * (lane % 4) + i % 2;
    double sum = c[i];
    for (unsigned k = 0; k < 16; ++k) {
      const u32 a = all[4 * (row % 8) + k % 8 / 2].a[row / 8 + 2 * (k / 8)];
      const u32 b = all[4 * column + k % 8 / 2].b[k / 8];
      sum += static_cast<double>(half(a, k % 2)) * half(b, k % 2);
    }
    c[i] = static_cast<float>(sum);
  }
}

// Runs kernels/policy/experts.cu on the CPU and compares with a computation in double from the
// checkpoint's layout:
//   g++ -std=c++20 -O1 -w -fpermissive -Iscripts/oracles/cuda_on_cpu -DHIDDEN=192 -DFFN=96
//   -DEXPERTS=5 -DTOP=4 -DROWS=7
//       scripts/oracles/cuda_on_cpu/experts.cpp -o /tmp/experts && /tmp/experts
// A second word, `one`: every row goes through the same experts. Copies into shared memory arrive
// when they are waited for and not before; buffers end at a page that cannot be touched.
#include <sys/mman.h>

#include <bit>
#include <deque>
#include <map>
#include <numeric>
#include <utility>

#include "cuda_on_cpu.h"

#define ON_CPU
using u32 = unsigned;
using u64 = unsigned long long;
using u8 = unsigned char;
struct bf16 {
  unsigned short bits;
};
struct alignas(16) uint4 {
  u32 x, y, z, w;
};
struct alignas(8) uint2 {
  u32 x, y;
};
inline float __uint_as_float(u32 v) { return std::bit_cast<float>(v); }
inline float wide(bf16 v) { return __uint_as_float(u32(v.bits) << 16); }
inline bf16 narrow(float v) {
  const u32 bits = std::bit_cast<u32>(v);
  return {static_cast<unsigned short>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}
inline u32 times(u32 a, u32 b) {
  const auto one = [](u32 a, u32 b) {
    return u32(narrow(__uint_as_float(a << 16) * __uint_as_float(b << 16)).bits);
  };
  return one(a >> 16, b >> 16) << 16 | one(a & 0xffff, b & 0xffff);
}
inline int __popc(u32 v) { return std::popcount(v); }
inline u32 atomicOr(u32* at, u32 v) { return std::exchange(*at, *at | v); }
inline u32 __reduce_max_sync(u32, u32 v) {
  for (int o = 16; o > 0; o /= 2) v = max(v, __shfl_xor_sync(~0u, v, o));
  return v;
}

struct Lane {
  u32 a[4], b[2];
};
inline Lane lanes_of_mma[1024];
// Row-major A 16 x 16 and column-major B 16 x 8, as the instruction set describes them.
inline void multiply(float (&c)[4], u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1) {
  const std::size_t self = emulated::machine.current, first = self / 32 * 32, lane = self % 32;
  lanes_of_mma[self] = {{a0, a1, a2, a3}, {b0, b1}};
  __syncwarp();
  const auto half = [](u32 v, int i) { return __uint_as_float(i ? v & 0xffff0000u : v << 16); };
  for (int i = 0; i < 4; ++i) {
    const int row = lane / 4 + 8 * (i / 2), column = 2 * (lane % 4) + i % 2;
    for (int k = 0; k < 16; ++k) {
      const Lane& of_a = lanes_of_mma[first + row % 8 * 4 + k % 8 / 2];
      const Lane& of_b = lanes_of_mma[first + column * 4 + k % 8 / 2];
      c[i] += half(of_a.a[row / 8 + 2 * (k / 8)], k % 2) * half(of_b.b[k / 8], k % 2);
    }
  }
  __syncwarp();
}

struct Copy {
  void* to;
  const void* from;
  int bytes;
};
inline std::map<std::size_t, std::deque<std::vector<Copy>>> groups;
inline std::map<std::size_t, std::vector<Copy>> open_group;
inline void copy_16(void* to, const void* from, int bytes) {
  if (std::uintptr_t(to) % 16 || (bytes && std::uintptr_t(from) % 16))
    emulated::fail("misaligned copy");
  std::memset(to, 0xff, 16);  // what was there is lost from now on
  open_group[emulated::machine.current].push_back({to, from, bytes});
}
inline void end_group() {
  const std::size_t self = emulated::machine.current;
  groups[self].push_back(std::move(open_group[self]));
  open_group[self].clear();
}
template <int kPending>
void wait_for_groups() {
  auto& mine = groups[emulated::machine.current];
  for (; mine.size() > kPending; mine.pop_front())
    for (const Copy& copy : mine.front()) {
      std::memset(copy.to, 0, 16);
      std::memcpy(copy.to, copy.from, copy.bytes);
    }
}
u8* shared_end();
#define DYNAMIC_SHARED(name) u8* name = shared_end() - kStages * kStageBytes

namespace kernels {
#include "../../../kernels/policy/experts.cu"
}  // namespace kernels

namespace {

constexpr std::size_t kPage = 4096;
u8* guarded(std::size_t bytes) {
  bytes = (bytes + 15) / 16 * 16;
  const std::size_t pages = (bytes + kPage - 1) / kPage * kPage;
  auto* all = static_cast<u8*>(
      mmap(nullptr, pages + 2 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(all + kPage, pages, PROT_READ | PROT_WRITE);
  std::memset(all + kPage, 0xff, pages);
  return all + kPage + pages - bytes;
}
template <class T>
T* array(std::size_t count) {
  return reinterpret_cast<T*>(guarded(count * sizeof(T)));
}

std::mt19937 random_bits(7);
float normal(float size) { return std::normal_distribution<float>(0, size)(random_bits); }
bf16* normals(std::size_t count, float size) {
  bf16* values = array<bf16>(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = narrow(normal(size));
  return values;
}

struct Matrix {
  int out, in;
  u8 *blocks, *scales, *packed;
  bf16* bias;
  double at(int e, int row, int k) const {
    constexpr double kValues[8] = {0, .5, 1, 1.5, 2, 3, 4, 6};
    const std::size_t block = (std::size_t(e) * out + row) * (in / 32) + k / 32;
    const int nibble = blocks[16 * block + k % 32 / 2] >> 4 * (k % 2) & 15;
    return std::ldexp(kValues[nibble & 7] * (nibble & 8 ? -1 : 1), scales[block] - 127);
  }
};

Matrix random_matrix(int out, int in) {
  const std::size_t blocks = std::size_t(EXPERTS) * out * (in / 32);
  const int pieces = kernels::pieces_down(out) * kernels::pieces_along(in);
  Matrix m{out,
           in,
           guarded(16 * blocks),
           guarded(blocks),
           guarded(std::size_t(EXPERTS) * pieces * kernels::kPieceBytes),
           normals(std::size_t(EXPERTS) * out, 0.2f)};
  for (std::size_t i = 0; i < 16 * blocks; ++i) m.blocks[i] = random_bits();
  for (std::size_t i = 0; i < blocks; ++i) m.scales[i] = 122 + random_bits() % 4;
  emulated::launch({dim3(pieces, EXPERTS), 128}, [=] {
    kernels::pack_experts(reinterpret_cast<u32*>(m.blocks), m.scales, m.packed, out, in);
  });
  return m;
}

void check(bool right, const char* what) {
  if (!right) std::fprintf(stderr, "WRONG: %s\n", what), std::exit(1);
}

void check_widened(const Matrix& m) {
  const int pieces = kernels::pieces_down(m.out) * kernels::pieces_along(m.in);
  bf16* all = array<bf16>(std::size_t(EXPERTS - 1) * m.out * m.in);
  emulated::launch({dim3(pieces, EXPERTS - 1), 96},
                   [=] { kernels::widen_experts(m.packed, all, 1, m.out, m.in); });
  for (int e = 1; e < EXPERTS; ++e)
    for (int r = 0; r < m.out; ++r)
      for (int k = 0; k < m.in; ++k, ++all) check(wide(*all) == m.at(e, r, k), "widened matrix");
}

std::vector<double> through(const Matrix& m, int e, const std::vector<double>& x) {
  std::vector<double> y(m.out);
  for (int r = 0; r < m.out; ++r) {
    y[r] = wide(m.bias[std::size_t(e) * m.out + r]);
    for (int k = 0; k < m.in; ++k) y[r] += m.at(e, r, k) * x[k];
  }
  return y;
}

std::vector<double> expected(const bf16* x,
                             const Matrix& gate_up,
                             const Matrix& down,
                             const int* experts,
                             const float* weights) {
  std::vector<double> sum(HIDDEN), in(HIDDEN);
  for (int k = 0; k < HIDDEN; ++k) in[k] = wide(x[k]);
  for (int j = 0; j < TOP; ++j) {
    const std::vector<double> pairs = through(gate_up, experts[j], in);
    std::vector<double> hidden(FFN);
    for (int i = 0; i < FFN; ++i) {
      const double gate = std::min(pairs[2 * i], 7.0), up = std::clamp(pairs[2 * i + 1], -7.0, 7.0);
      hidden[i] = gate / (1 + std::exp(-1.702 * gate)) * (up + 1);
    }
    const std::vector<double> y = through(down, experts[j], hidden);
    for (int k = 0; k < HIDDEN; ++k) sum[k] += weights[j] * y[k];
  }
  return sum;
}

// Experts of a row by its logits, ascending; weights of the plain formula.
void chosen_of(const bf16* logits, int* experts, float* weights) {
  std::vector<int> order(EXPERTS);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(
      order.begin(), order.end(), [&](int a, int b) { return wide(logits[a]) > wide(logits[b]); });
  order.resize(TOP);
  std::sort(order.begin(), order.end());
  double total = 0;
  for (const int e : order) total += std::exp(wide(logits[e]));
  for (int j = 0; j < TOP; ++j)
    experts[j] = order[j], weights[j] = wide(narrow(std::exp(wide(logits[order[j]])) / total));
}

}  // namespace

u8* shared_end() {
  static u8* start = guarded(kernels::kStages * kernels::kStageBytes);
  return start + kernels::kStages * kernels::kStageBytes;
}

int main(int count, char** words) {
  using namespace emulated;
  const bool one = count > 1 && std::string(words[1]) == "one";
  const Matrix gate_up = random_matrix(2 * FFN, HIDDEN), down = random_matrix(HIDDEN, FFN);
  check_widened(gate_up), check_widened(down);
  const int places_of_all = ROWS * TOP;
  bf16 *x = normals(ROWS * HIDDEN, 1), *router = normals(EXPERTS * HIDDEN, one ? 0 : 0.05f),
       *bias = normals(EXPERTS, 0.3f);
  bf16 *logits = array<bf16>(ROWS * EXPERTS), *hidden = array<bf16>(places_of_all * FFN),
       *y = array<bf16>(places_of_all * HIDDEN), *out = array<bf16>(ROWS * HIDDEN);
  int *begins = array<int>(EXPERTS + 1), *rows = array<int>(places_of_all),
      *places = array<int>(places_of_all);
  float* weights = array<float>(places_of_all);
  for (const Order order : {Order::kAscending, Order::kShuffled}) {
    machine.wanted = order;
    launch({dim3((ROWS + 7) / 8, (EXPERTS + 15) / 16), 256},
           [=] { kernels::router(x, router, bias, logits); });
    launch({1, 1024}, [=] { kernels::route(logits, begins, rows, places, weights); });
    launch({dim3(kernels::pieces_down(2 * FFN) / 4, EXPERTS), 128}, [=] {
      kernels::experts_gate_up(x, gate_up.packed, gate_up.bias, begins, rows, hidden, 7.0f, 1.702f);
    });
    launch({dim3(kernels::pieces_down(HIDDEN) / 4, EXPERTS), 128},
           [=] { kernels::experts_down(hidden, down.packed, down.bias, begins, y); });
    launch({dim3((HIDDEN + 1023) / 1024, ROWS), 128},
           [=] { kernels::combine(y, places, weights, out); });
    double worst = 0, largest = 0;
    int used = 0;
    for (int e = 0; e < EXPERTS; ++e) used += begins[e + 1] > begins[e];
    for (int r = 0; r < ROWS; ++r) {
      for (int e = 0; e < EXPERTS; ++e) {
        double logit = wide(bias[e]);
        for (int k = 0; k < HIDDEN; ++k)
          logit += double(wide(x[r * HIDDEN + k])) * wide(router[e * HIDDEN + k]);
        check(std::abs(logit - wide(logits[r * EXPERTS + e])) < 0.005 * (1 + std::abs(logit)),
              "logit");
      }
      int experts[TOP];
      float share[TOP];
      chosen_of(logits + r * EXPERTS, experts, share);
      for (int j = 0; j < TOP; ++j) {
        const int place = places[r * TOP + j];
        check(rows[place] == r && place >= begins[experts[j]] && place < begins[experts[j] + 1],
              "place of a row");
        check(std::abs(weights[r * TOP + j] - share[j]) <= 0.004f * share[j],
              "weight of an expert");
      }
      const std::vector<double> truth =
          expected(x + r * HIDDEN, gate_up, down, experts, weights + r * TOP);
      for (int k = 0; k < HIDDEN; ++k) {
        check(std::isfinite(wide(out[r * HIDDEN + k])), "output is not finite");
        largest = std::max(largest, std::abs(truth[k]));
        worst = std::max(worst, std::abs(truth[k] - wide(out[r * HIDDEN + k])));
      }
    }
    std::printf("hidden %d ffn %d experts %d (%d used) top %d rows %d: differs by %.2e of %.2e\n",
                HIDDEN,
                FFN,
                EXPERTS,
                used,
                TOP,
                ROWS,
                worst,
                largest);
    check(worst < 0.01 * largest, "output");
  }
}

// Kernels of the judge's own context: inputs, float64 copies of them, verdicts. Compiled behind values.h and
// tolerance.h (src/evaluate/cuda/helpers.cpp), which the host uses too.

#define FOR_EACH(i, count)                                                                          \
  for (uint64_t i = blockIdx.x * uint64_t(blockDim.x) + threadIdx.x, i##_step = uint64_t(gridDim.x) * blockDim.x; \
       i < (count); i += i##_step)

using namespace vegttt;
using tasks::values::key_of;

// --- Inputs. Blocks of 4096 elements have a key of their own.

// Slices of a pool take turns: slice s is drawn as draws[s % cases].
struct HeavyCases {
  tasks::Draw draws[3];
  uint32_t cases;
  uint64_t slice;
};

extern "C" __global__ void vegttt_heavy(float* out, uint64_t count, uint64_t key, HeavyCases how) {
  FOR_EACH(i, count) {
    const uint32_t which = how.cases == 1 ? 0 : uint32_t(i / how.slice % how.cases);
    out[i] = tasks::values::heavy_value(i, key, how.draws[which]);
  }
}

extern "C" __global__ void vegttt_uniform(float* out, uint64_t count, uint64_t key, float low, float high) {
  FOR_EACH(i, count) out[i] = tasks::values::uniform_value(i % tasks::kBlock, key_of(key, i / tasks::kBlock), low, high);
}

extern "C" __global__ void vegttt_bits(uint8_t* out, uint64_t count, uint64_t key) {
  FOR_EACH(i, count) out[i] = tasks::values::fair_bit(i % tasks::kBlock, key_of(key, i / tasks::kBlock));
}

extern "C" __global__ void vegttt_below(int64_t* out, uint64_t count, uint64_t key, int64_t n) {
  FOR_EACH(i, count) out[i] = tasks::values::below_value(i % tasks::kBlock, key_of(key, i / tasks::kBlock), n);
}

extern "C" __global__ void vegttt_put(float* out, const int64_t* places, const float* values, uint64_t count) {
  FOR_EACH(i, count) out[places[i]] = values[i];
}

// One block of 256 threads for each row, whose sum is 1 but for rounding: values become hostile, and the largest takes
// what is then missing.
extern "C" __global__ void __launch_bounds__(256)
    vegttt_probabilities(float* rows, uint64_t columns, int32_t rounding, uint64_t key) {
  __shared__ double sums[256];
  __shared__ uint64_t best[256];
  float* row = rows + blockIdx.x * columns;
  double sum = 0;
  uint64_t largest = 0;  // bits of the value, then the place, the first one winning
  for (uint64_t i = threadIdx.x; i < columns; i += 256) {
    const uint64_t random = tasks::values::mix64(key + blockIdx.x * columns + i);
    const float p = tasks::values::hostile(row[i], tasks::Rounding(rounding), uint32_t(random >> 32));
    row[i] = p;
    sum += p;
    const uint64_t candidate = uint64_t(__float_as_uint(p)) << 32 | uint32_t(~uint32_t(i));
    if (candidate > largest) largest = candidate;
  }
  sums[threadIdx.x] = sum;
  best[threadIdx.x] = largest;
  for (uint32_t half = 128; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x >= half) continue;
    sums[threadIdx.x] += sums[threadIdx.x + half];
    if (best[threadIdx.x + half] > best[threadIdx.x]) best[threadIdx.x] = best[threadIdx.x + half];
  }
  if (threadIdx.x == 0) {
    float& place = row[~uint32_t(best[0])];
    place = float(place + (1.0 - sums[0]));
  }
}

// --- Truth.

enum WidenMode : uint32_t { kExact, kShortened, kMoved };

// float32 as float64: as it is, with `dropped` bits of the mantissa less, or moved by +-`size` of itself.
extern "C" __global__ void vegttt_widen(const float* in, double* out, uint64_t count, uint32_t mode, uint32_t dropped,
                                        double size, uint64_t first, uint64_t key) {
  FOR_EACH(i, count) {
    const float x = in[i];
    out[i] = mode == kExact ? double(x)
             : mode == kShortened ? double(evaluate::tolerance::shortened(x, dropped))
                                  : evaluate::tolerance::moved(x, first + i, key, size);
  }
}

__device__ float of_bf16(uint16_t bits) { return __uint_as_float(uint32_t(bits) << 16); }
__device__ uint16_t to_bf16(float x) {
  if (!(fabsf(x) <= FLT_MAX)) return uint16_t(__float_as_uint(x) >> 16 | (isnan(x) ? 0x40u : 0u));
  return uint16_t(__float_as_uint(evaluate::tolerance::shortened(x, evaluate::tolerance::kBf16Dropped)) >> 16);
}

// displacement = max(displacement, |value - truth|), kept as bfloat16; `fresh` forgets the old one.
extern "C" __global__ void vegttt_raise(uint16_t* displacement, const double* value, const float* truth, uint64_t count,
                                        uint32_t fresh) {
  FOR_EACH(i, count) {
    const double distance = fabs(value[i] - double(truth[i]));
    const double old = fresh ? 0.0 : double(of_bf16(displacement[i]));
    displacement[i] = to_bf16(float(evaluate::tolerance::larger(old, distance)));
  }
}

// --- Verdicts.

// Of src/evaluate/cuda/judge_kernels.h.
struct Tally {
  double sum_of_squares;
  uint64_t bad, untouched;
  uint64_t worst;           // bits of the ratio as a float, then ~index: the largest, the first one winning
  uint64_t first_inverted;  // ~index of the first bad element
  uint64_t last;            // index of the last bad element
  uint64_t others;          // words outside that are not what they were
};

// Elements of slice s are judged by the rule (s + first_slice) % cases.
struct CheckRules {
  evaluate::tolerance::Rule rules[3];
  uint32_t cases, first_slice;
  uint64_t slice;
};

template <class T>
__device__ T warp_max(T value) {
  for (int lane = 16; lane > 0; lane /= 2) {
    const T other = __shfl_xor_sync(~0u, value, lane);
    if (other > value) value = other;
  }
  return value;
}

template <class T>
__device__ T warp_sum(T value) {
  for (int lane = 16; lane > 0; lane /= 2) value += __shfl_xor_sync(~0u, value, lane);
  return value;
}

struct Found {
  double sum = 0;
  unsigned long long bad = 0, untouched = 0, worst = 0, first_inverted = 0, last = 0;

  __device__ void add(uint64_t i, double ratio) {
    if (isfinite(ratio)) sum += ratio * ratio;
    // Ratios may overflow a float; indices of outputs have 32 bits.
    const uint64_t packed = uint64_t(__float_as_uint(float(ratio))) << 32 | uint32_t(~uint32_t(i));
    if (packed > worst) worst = packed;
    if (ratio <= 1.0) return;
    ++bad;
    if (~i > first_inverted) first_inverted = ~i;
    if (i > last) last = i;
  }

  __device__ void store(Tally* result) const {
    const double all = warp_sum(sum);
    const auto all_bad = warp_sum(bad), all_untouched = warp_sum(untouched);
    const auto most = warp_max(worst), first = warp_max(first_inverted), end = warp_max(last);
    if (threadIdx.x % 32 != 0) return;
    atomicAdd(&result->sum_of_squares, all);
    atomicMax((unsigned long long*)&result->worst, most);
    if (all_untouched != 0) atomicAdd((unsigned long long*)&result->untouched, all_untouched);
    if (all_bad == 0) return;
    atomicAdd((unsigned long long*)&result->bad, all_bad);
    atomicMax((unsigned long long*)&result->first_inverted, first);
    atomicMax((unsigned long long*)&result->last, end);
  }
};

// Float outputs. `displacement` may be null: none is known.
extern "C" __global__ void vegttt_judge_floats(const float* out, const float* truth, const uint16_t* displacement,
                                               uint64_t count, CheckRules how, uint32_t poison, Tally* result) {
  Found found;
  FOR_EACH(i, count) {
    const uint32_t which = how.cases == 1 ? 0 : uint32_t((i / how.slice + how.first_slice) % how.cases);
    const float got = out[i], expected = truth[i];
    const double moved = displacement == nullptr ? 0.0 : double(of_bf16(displacement[i]));
    const double allowed = evaluate::tolerance::allowance(expected, moved, how.rules[which]);
    found.add(i, evaluate::tolerance::ratio(got, expected, allowed));
    if (__float_as_uint(got) == poison) ++found.untouched;
  }
  found.store(result);
}

extern "C" __global__ void vegttt_judge_longs(const int64_t* out, const int64_t* truth, uint64_t count, uint64_t poison,
                                              Tally* result) {
  Found found;
  FOR_EACH(i, count) {
    found.add(i, out[i] == truth[i] ? 0.0 : double(INFINITY));
    if (uint64_t(out[i]) == poison) ++found.untouched;
  }
  found.store(result);
}

extern "C" __global__ void vegttt_judge_bools(const uint8_t* out, const uint8_t* truth, uint64_t count, uint32_t poison,
                                              Tally* result) {
  Found found;
  FOR_EACH(i, count) {
    found.add(i, out[i] == truth[i] ? 0.0 : double(INFINITY));
    if (out[i] == poison) ++found.untouched;
  }
  found.store(result);
}

// How many words are not `pattern`: what was written outside of an output.
extern "C" __global__ void vegttt_outside(const uint32_t* words, uint64_t count, uint32_t pattern, Tally* result) {
  FOR_EACH(i, count) if (words[i] != pattern) atomicAdd((unsigned long long*)&result->others, 1ull);
}

void launch(Workspace&) {}
extern "C" __global__ void vegttt_record(void* const*, Workspace* ws) { launch(*ws); }

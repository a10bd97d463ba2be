// Choosing the next token of every row from its logits, as src/policy/sampling/distribution.cpp does on a CPU: weights
// exp((logit - largest) / temperature), filters, then the token where the running sum in the order of the vocabulary
// passes uniform * total. Behind prelude.cu.

struct Filters {
  float inverse_temperature;  // 0: the likeliest token
  int top_k;                  // 0: off
  float top_p, min_p;         // 1 and 0: off
};

constexpr int kThreads = 1024, kMostTiles = 256;  // tiles of 4 logits a thread: vocabularies up to 2^20

__device__ __forceinline__ u64 philox_bits(u64 key, u64 counter) {
  u32 c0 = u32(counter), c1 = u32(counter >> 32), c2 = 0, c3 = 0, k0 = u32(key), k1 = u32(key >> 32);
  for (int i = 0; i < 10; ++i) {
    const u64 p0 = u64(0xD2511F53u) * c0, p1 = u64(0xCD9E8D57u) * c2;
    c0 = u32(p1 >> 32) ^ c1 ^ k0;
    c2 = u32(p0 >> 32) ^ c3 ^ k1;
    c1 = u32(p1);
    c3 = u32(p0);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return u64(c1) << 32 | c0;
}

template <class T>
__device__ __forceinline__ T reduce(T v, bool add) {
  __shared__ T parts[32];
  for (int o = 16; o > 0; o >>= 1) {
    const T other = __shfl_xor_sync(~0u, v, o);
    v = add ? v + other : other > v ? other : v;
  }
  __syncthreads();
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = v;
  __syncthreads();
  T all = parts[0];
  for (int i = 1; i < kThreads / 32; ++i) all = add ? all + parts[i] : parts[i] > all ? parts[i] : all;
  return all;
}

// The order of floats as unsigned integers, and back.
__device__ __forceinline__ u32 ordered(float v) {
  const u32 bits = __float_as_uint(v);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}
__device__ __forceinline__ float from_ordered(u32 v) {
  return __uint_as_float(v & 0x80000000u ? v & 0x7fffffffu : ~v);
}

// The largest cut for which `enough(mass of logits >= cut)`, by halving.
template <class Mass>
__device__ float largest_cut(float smallest, float largest, double wanted, Mass mass) {
  u32 low = ordered(smallest), high = ordered(largest);
  while (low < high) {
    const u32 middle = low + (high - low + 1) / 2;
    if (mass(from_ordered(middle)) >= wanted)
      low = middle;
    else
      high = middle - 1;
  }
  return from_ordered(low);
}

// logits [rows, vocab] float32. Writes token and log-probability to [row, place % burst] of [rows, burst] and moves every
// sequence on, to place `length` - 1 at most; `failed` is set when a row's logits are not finite. A block of 1024 threads
// a row; vocab a multiple of 4.
extern "C" __global__ void __launch_bounds__(kThreads)
    sample(Sequence* sequences, const float* logits, Filters filters, int* tokens, float* logprobs, int* failed, int vocab,
           int length, int burst) {
  Sequence& s = sequences[blockIdx.x];
  const float4* row = reinterpret_cast<const float4*>(logits + size_t(blockIdx.x) * vocab);
  const int quads = vocab / 4;
  float largest = -INFINITY, smallest = INFINITY;
  for (int i = threadIdx.x; i < quads; i += kThreads) {
    const float4 v = row[i];
    largest = fmaxf(fmaxf(largest, fmaxf(v.x, v.y)), fmaxf(v.z, v.w));
    smallest = fminf(fminf(smallest, fminf(v.x, v.y)), fminf(v.z, v.w));
  }
  largest = reduce(largest, false);
  const bool greedy = filters.inverse_temperature == 0;
  const float scale = greedy ? 1.0f : filters.inverse_temperature;
  float cut = greedy ? largest : -INFINITY;
  const auto weight = [&](float v) { return v >= cut ? __expf((v - largest) * scale) : 0.0f; };
  const auto total_of = [&](auto&& of) {
    double sum = 0;
    for (int i = threadIdx.x; i < quads; i += kThreads) {
      const float4 v = row[i];
      sum += double(of(v.x) + of(v.y)) + double(of(v.z) + of(v.w));
    }
    return reduce(sum, true);
  };
  if (!greedy && (filters.top_k > 0 || filters.top_p < 1)) {
    smallest = -reduce(-smallest, false);
    if (filters.top_k > 0 && filters.top_k < vocab)
      cut = largest_cut(smallest, largest, filters.top_k, [&](float at) {
        return total_of([&](float v) { return v >= at ? 1.0f : 0.0f; });
      });
    if (filters.top_p < 1) {
      const double wanted = filters.top_p * total_of(weight);
      cut = largest_cut(fmaxf(smallest, cut), largest, wanted, [&](float at) {
        return total_of([&](float v) { return v >= at ? weight(v) : 0.0f; });
      });
    }
  }
  if (!greedy && filters.min_p > 0) cut = fmaxf(cut, largest + __logf(filters.min_p) / scale);

  __shared__ double tiles[kMostTiles];
  const int count = (quads + kThreads - 1) / kThreads;
  for (int t = 0; t < count; ++t) {
    const int i = t * kThreads + threadIdx.x;
    const float4 v = i < quads ? row[i] : make_float4(-INFINITY, -INFINITY, -INFINITY, -INFINITY);
    const double sum = reduce(double(weight(v.x) + weight(v.y)) + double(weight(v.z) + weight(v.w)), true);
    if (threadIdx.x == 0) tiles[t] = sum;
  }
  __syncthreads();
  __shared__ int tile, chosen;
  __shared__ double before, total;
  if (threadIdx.x == 0) {
    total = 0;
    for (int t = 0; t < count; ++t) total += tiles[t];
    const double uniform = double(philox_bits(s.key, u64(s.place) + 1) >> 11) * 0x1.0p-53;
    const double target = greedy ? 0.0 : uniform * total;
    double sum = 0;
    for (tile = 0; tile < count - 1 && sum + tiles[tile] <= target; ++tile) sum += tiles[tile];
    before = target - sum;  // to be passed within the tile
    chosen = 0x7fffffff;
  }
  __syncthreads();
  // A running sum over the tile: each thread's four, then over threads.
  const int i = tile * kThreads + threadIdx.x;
  const float4 v = i < quads ? row[i] : make_float4(-INFINITY, -INFINITY, -INFINITY, -INFINITY);
  const double w[4] = {weight(v.x), weight(v.y), weight(v.z), weight(v.w)};
  double mine = w[0] + w[1] + w[2] + w[3], sum = mine;
  __shared__ double warps[32];
  for (int o = 1; o < 32; o <<= 1) {
    const double other = __shfl_up_sync(~0u, sum, o);
    if (threadIdx.x % 32 >= o) sum += other;
  }
  if (threadIdx.x % 32 == 31) warps[threadIdx.x / 32] = sum;
  __syncthreads();
  for (int k = 0; k < threadIdx.x / 32; ++k) sum += warps[k];
  double running = sum - mine;
  for (int k = 0; k < 4; ++k) {
    running += w[k];
    if (w[k] > 0 && running > before) {
      atomicMin(&chosen, 4 * i + k);
      break;
    }
  }
  __syncthreads();
  if (chosen == 0x7fffffff) {  // rounding at the tile's very end: its last token with any weight
    __syncthreads();
    if (threadIdx.x == 0) chosen = -1;
    __syncthreads();
    for (int k = 0; k < 4; ++k)
      if (w[k] > 0) atomicMax(&chosen, 4 * i + k);
    __syncthreads();
  }
  if (threadIdx.x > 0) return;
  if (!isfinite(largest) || chosen < 0) {
    *failed = 1;
    chosen = 0;
  }
  const float logit = reinterpret_cast<const float*>(row)[chosen];
  const int at = blockIdx.x * burst + s.place % burst;
  tokens[at] = chosen;
  logprobs[at] = greedy ? 0.0f : float(double(logit - largest) * scale - log(total));
  s.token = chosen;
  if (s.prompt > 0 && s.place + 1 < length) ++s.place;  // a row without a prompt is nobody's
}

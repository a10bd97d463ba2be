// Decoding one token a row on a GPU: everything between the matrix products of a dense decoder, and the choice of the
// next token. Compiled at run time for one model (src/policy/gpu/decode_kernels.cpp) with
//   HEAD_DIM  64 or 128          GROUP  query heads that share a key head, at most 16
//   RANK      columns of LoRA's B as stored, a multiple of 8; 0 without an adapter
// Rows are sequences. bf16 tensors, row-major; arithmetic in float32, rounded where the training pass rounds.
// No header is needed.

typedef unsigned int u32;
typedef unsigned long long u64;
typedef decltype(sizeof 0) size_t;
#define INFINITY __int_as_float(0x7f800000)

struct bf16 {
  unsigned short bits;
};
__device__ __forceinline__ float wide(bf16 v) { return __uint_as_float(u32(v.bits) << 16); }
__device__ __forceinline__ bf16 narrow(float v) {
  bf16 result;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result.bits) : "f"(v));
  return result;
}
__device__ __forceinline__ u32 pair(float low, float high) {
  u32 both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}

// A sequence that is being sampled: what changes from step to step, and where its keys lie.
struct Sequence {
  const bf16 *prompt_keys, *prompt_values;  // of layer 0: [layers, kv_heads, padded, D] and [.., D, padded]
  u64 key;                                  // of its random numbers
  int prompt, padded;                       // tokens; rounded up to 32
  int place;                                // number of the token that is read now, within the completion
  int token;                                // that token
};

__device__ __forceinline__ float sum_of_warp(float v) {
  for (int o = 16; o > 0; o >>= 1) v += __shfl_xor_sync(~0u, v, o);
  return v;
}

__device__ __forceinline__ float sum_of_block(float v) {
  __shared__ float parts[32];
  v = sum_of_warp(v);
  __syncthreads();
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = v;
  __syncthreads();
  float sum = 0;
  for (int i = 0; i < blockDim.x / 32; ++i) sum += parts[i];
  return sum;
}

__device__ __forceinline__ float rounded(float v) { return wide(narrow(v)); }

// LoRA's B [out, RANK] times the row's A x, float32.
__device__ __forceinline__ float adapted(const bf16* b_row, const bf16* low) {
  float sum = 0;
#if RANK > 0
#pragma unroll
  for (int r = 0; r < RANK; r += 2) {
    const u32 b = *reinterpret_cast<const u32*>(b_row + r), x = *reinterpret_cast<const u32*>(low + r);
    sum += __uint_as_float(b << 16) * __uint_as_float(x << 16) +
           __uint_as_float(b & 0xffff0000u) * __uint_as_float(x & 0xffff0000u);
  }
#endif
  return sum;
}

// x[row] = embedding of the row's token.
extern "C" __global__ void embed(const Sequence* sequences, const bf16* table, bf16* x, int hidden) {
  const bf16* source = table + size_t(sequences[blockIdx.x].token) * hidden;
  for (int i = threadIdx.x; i < hidden; i += blockDim.x) x[size_t(blockIdx.x) * hidden + i] = source[i];
}

// x += y + scale * B (A x'), where y [rows, stride] holds a product's `hidden` columns and then A x'; then
// normed = rms_norm(x) * weight. y == nullptr: only the norm. 512 threads a row.
extern "C" __global__ void add_and_norm(bf16* x, const bf16* y, int stride, const bf16* b, float scale, const bf16* bias,
                                        const bf16* weight, float eps, bf16* normed, int hidden) {
  bf16* row = x + size_t(blockIdx.x) * hidden;
  float square = 0;
  for (int i = threadIdx.x; i < hidden; i += blockDim.x) {
    float v = wide(row[i]);
    if (y != nullptr) {
      const bf16* product = y + size_t(blockIdx.x) * stride;
      float added = wide(product[i]);
      if (bias != nullptr) added += wide(bias[i]);
      if (b != nullptr) added += scale * adapted(b + size_t(i) * RANK, product + hidden);
      v = rounded(v + rounded(added));
      row[i] = narrow(v);
    }
    square += v * v;
  }
  const float inverse = rsqrtf(sum_of_block(square) / hidden + eps);
  for (int i = threadIdx.x; i < hidden; i += blockDim.x)
    normed[size_t(blockIdx.x) * hidden + i] =
        narrow(rounded(wide(row[i]) * inverse) * wide(weight[i]));
}

struct Rope {
  const float* frequencies;  // [HEAD_DIM / 2], radians a position
  float magnitude;           // of cos and sin
};

// From y [rows, (heads + 2 kv) D + 3 RANK]: adapter, bias, head norm, rotation. Queries go to q [rows, heads, D], keys
// and values to the sequences' caches: keys [slots, kv, length, D], values [slots, kv, D, length] of this layer.
// Grid (rows, heads + 2 kv), HEAD_DIM threads.
extern "C" __global__ void split_heads(const Sequence* sequences, const bf16* y, const bf16* b, const float* scales,
                                       const bf16* bias, const bf16* q_norm, const bf16* k_norm, float eps, Rope rope,
                                       bf16* q, bf16* keys, bf16* values, int heads, int kv, int length) {
  const int row = blockIdx.x, head = blockIdx.y, d = threadIdx.x;
  const Sequence s = sequences[row];
  const int columns = (heads + 2 * kv) * HEAD_DIM, column = head * HEAD_DIM + d;
  const int kind = head < heads ? 0 : head < heads + kv ? 1 : 2;
  const bf16* product = y + size_t(row) * (columns + 3 * RANK);
  float v = wide(product[column]);
  if (bias != nullptr) v += wide(bias[column]);
  if (b != nullptr) v += scales[kind] * adapted(b + size_t(column) * RANK, product + columns + kind * RANK);
  v = rounded(v);
  if (kind == 2) {
    values[((size_t(row) * kv + head - heads - kv) * HEAD_DIM + d) * length + s.place] = narrow(v);
    return;
  }
  const bf16* norm = kind == 0 ? q_norm : k_norm;
  if (norm != nullptr)
    v = rounded(rounded(v * rsqrtf(sum_of_block(v * v) / HEAD_DIM + eps)) * wide(norm[d]));
  __shared__ float whole[HEAD_DIM];
  whole[d] = v;
  __syncthreads();
  const int half = HEAD_DIM / 2;
  const float angle = float(s.prompt + s.place) * rope.frequencies[d % half];
  const float cosine = rounded(cosf(angle) * rope.magnitude), sine = rounded(sinf(angle) * rope.magnitude);
  const float turned = rounded(v * cosine) + (d < half ? -whole[d + half] : whole[d - half]) * sine;
  if (kind == 0)
    q[(size_t(row) * heads + head) * HEAD_DIM + d] = narrow(turned);
  else
    keys[((size_t(row) * kv + head - heads) * length + s.place) * HEAD_DIM + d] = narrow(turned);
}

__device__ __forceinline__ void multiply(float (&c)[4], u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

constexpr int kWarps = 4, kChunks = HEAD_DIM / 32, kTiles = HEAD_DIM / 8;

// What one warp knows after some keys: the queries' outputs before division, largest scores and sums. A thread holds
// rows `lane / 4` and that + 8.
struct Partial {
  float out[kTiles][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, sum[2] = {};
};

// 32 keys against 16 queries on tensor cores. keys: [32, D] rows; values: [D, stride] columns. Which dimension is which
// is permuted alike for queries and keys, and which key is which alike for scores and values, so that every load is of
// 16 bytes. Keys outside of [first, last) count nothing.
__device__ __forceinline__ void attend_32(Partial& p, const u32 (&query)[2][kChunks][4], const bf16* keys,
                                          const bf16* values, int stride, int first, int last, float scale) {
  const int lane = threadIdx.x % 32, g = lane / 4, c = lane % 4;
  float score[4][4] = {};
#pragma unroll
  for (int j = 0; j < 4; ++j) {
    const bf16* key = keys + (8 * (g / 2) + 2 * j + g % 2) * HEAD_DIM + 8 * c;
#pragma unroll
    for (int e = 0; e < kChunks; ++e) {
      const uint4 k = *reinterpret_cast<const uint4*>(key + 32 * e);
      multiply(score[j], query[0][e][0], query[1][e][0], query[0][e][1], query[1][e][1], k.x, k.y);
      multiply(score[j], query[0][e][2], query[1][e][2], query[0][e][3], query[1][e][3], k.z, k.w);
    }
  }
  float largest[2] = {p.largest[0], p.largest[1]};
#pragma unroll
  for (int j = 0; j < 4; ++j)
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int key = 8 * c + 2 * j + i % 2;
      score[j][i] = key >= first && key < last ? score[j][i] * scale : -INFINITY;
      largest[i / 2] = fmaxf(largest[i / 2], score[j][i]);
    }
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    largest[h] = fmaxf(largest[h], __shfl_xor_sync(~0u, largest[h], 1));
    largest[h] = fmaxf(largest[h], __shfl_xor_sync(~0u, largest[h], 2));
    const float shrink = largest[h] == -INFINITY ? 1.0f : exp2f(p.largest[h] - largest[h]);
    p.sum[h] *= shrink;
    p.largest[h] = largest[h];
#pragma unroll
    for (int f = 0; f < kTiles; ++f) {
      p.out[f][2 * h] *= shrink;
      p.out[f][2 * h + 1] *= shrink;
    }
  }
  u32 share[4][2];
#pragma unroll
  for (int j = 0; j < 4; ++j) {
    float e[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      e[i] = score[j][i] == -INFINITY ? 0.0f : exp2f(score[j][i] - largest[i / 2]);
      p.sum[i / 2] += e[i];
    }
    share[j][0] = pair(e[0], e[1]);
    share[j][1] = pair(e[2], e[3]);
  }
#pragma unroll
  for (int f = 0; f < kTiles; ++f) {
    const uint4 v = *reinterpret_cast<const uint4*>(values + size_t(8 * f + g) * stride + 8 * c);
    multiply(p.out[f], share[0][0], share[0][1], share[1][0], share[1][1], v.x, v.y);
    multiply(p.out[f], share[2][0], share[2][1], share[3][0], share[3][1], v.z, v.w);
  }
}

// out [rows, heads, D]: one query position a row against its prompt's keys and its own. Grid (rows, kv), 128 threads.
// `window` > 0: only that many last keys. sinks [heads] or nullptr: logits that take mass and give nothing.
extern "C" __global__ void __launch_bounds__(32 * kWarps)
    attend(const Sequence* sequences, const bf16* q, const bf16* keys, const bf16* values, const bf16* sinks, bf16* out,
           int kv, int length, int layer, int window, float scale) {
  const int row = blockIdx.x, head = blockIdx.y, warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const int g = lane / 4, c = lane % 4;
  const Sequence s = sequences[row];
  const bf16* queries = q + (size_t(row) * kv + head) * GROUP * HEAD_DIM;
  u32 query[2][kChunks][4];
#pragma unroll
  for (int h = 0; h < 2; ++h)
#pragma unroll
    for (int e = 0; e < kChunks; ++e) {
      const uint4 v = g + 8 * h < GROUP
                          ? *reinterpret_cast<const uint4*>(queries + (g + 8 * h) * HEAD_DIM + 32 * e + 8 * c)
                          : uint4{0, 0, 0, 0};
      query[h][e][0] = v.x, query[h][e][1] = v.y, query[h][e][2] = v.z, query[h][e][3] = v.w;
    }
  const float base2 = scale * 1.4426950408889634f;
  const int seen = s.prompt + s.place + 1, begin = window > 0 ? max(0, seen - window) : 0;
  Partial p;
  const int prompt_chunks = s.padded / 32, own_chunks = s.place / 32 + 1;
  const size_t of_layer = (size_t(layer) * kv + head) * s.padded * HEAD_DIM;
  const bf16 *own_keys = keys + (size_t(row) * kv + head) * length * HEAD_DIM,
             *own_values = values + (size_t(row) * kv + head) * length * HEAD_DIM;
  for (int i = warp; i < prompt_chunks + own_chunks; i += kWarps) {
    if (i < prompt_chunks) {
      const int at = 32 * i;
      if (at + 32 <= begin) continue;
      attend_32(p, query, s.prompt_keys + of_layer + size_t(at) * HEAD_DIM, s.prompt_values + of_layer + at, s.padded,
                begin - at, s.prompt - at, base2);
    } else {
      const int at = 32 * (i - prompt_chunks);
      if (s.prompt + at + 32 <= begin) continue;
      attend_32(p, query, own_keys + size_t(at) * HEAD_DIM, own_values + at, length, begin - s.prompt - at,
                s.place + 1 - at, base2);
    }
  }
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    p.sum[h] += __shfl_xor_sync(~0u, p.sum[h], 1);
    p.sum[h] += __shfl_xor_sync(~0u, p.sum[h], 2);
  }
  __shared__ float outs[kWarps][16][HEAD_DIM], largests[kWarps][16], sums[kWarps][16];
#pragma unroll
  for (int h = 0; h < 2; ++h) {
#pragma unroll
    for (int f = 0; f < kTiles; ++f) {
      outs[warp][g + 8 * h][8 * f + 2 * c] = p.out[f][2 * h];
      outs[warp][g + 8 * h][8 * f + 2 * c + 1] = p.out[f][2 * h + 1];
    }
    if (c == 0) largests[warp][g + 8 * h] = p.largest[h], sums[warp][g + 8 * h] = p.sum[h];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < GROUP * HEAD_DIM; i += 32 * kWarps) {
    const int member = i / HEAD_DIM, d = i % HEAD_DIM;
    float largest = sinks != nullptr ? wide(sinks[head * GROUP + member]) * 1.4426950408889634f : -INFINITY;
    const float sink = largest;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) largest = fmaxf(largest, largests[w][member]);
    float sum = sinks != nullptr ? exp2f(sink - largest) : 0.0f, value = 0;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      const float share = exp2f(largests[w][member] - largest);
      sum += sums[w][member] * share;
      value += outs[w][member][d] * share;
    }
    out[(size_t(row) * kv + head) * GROUP * HEAD_DIM + i] = narrow(value / sum);
  }
}

// y [rows, 2 ffn + 2 RANK]: gate, up, and A x of both -> h [rows, ffn] = silu(gate) * up. 256 columns and 8 rows a block.
extern "C" __global__ void gated(const bf16* y, const bf16* b, float gate_scale, float up_scale, bf16* h, int rows,
                                 int ffn) {
  constexpr int kRows = 8;
  const int column = blockIdx.x * blockDim.x + threadIdx.x, stride = 2 * ffn + 2 * RANK;
  const int first = blockIdx.y * kRows;
#if RANK > 0
  __shared__ float low[kRows][2 * RANK];
  if (b != nullptr)
    for (int i = threadIdx.x; i < kRows * 2 * RANK; i += blockDim.x) {
      const int row = first + i / (2 * RANK);
      low[i / (2 * RANK)][i % (2 * RANK)] =
          row < rows ? wide(y[size_t(row) * stride + 2 * ffn + i % (2 * RANK)]) : 0.0f;
    }
  __syncthreads();
#endif
  if (column >= ffn) return;
#if RANK > 0
  float gate_b[RANK], up_b[RANK];
  if (b != nullptr) {
#pragma unroll
    for (int r = 0; r < RANK; ++r) {
      gate_b[r] = wide(b[size_t(column) * RANK + r]) * gate_scale;
      up_b[r] = wide(b[size_t(ffn + column) * RANK + r]) * up_scale;
    }
  }
#endif
  for (int i = 0; i < kRows && first + i < rows; ++i) {
    const bf16* product = y + size_t(first + i) * stride;
    float gate = wide(product[column]), up = wide(product[ffn + column]);
#if RANK > 0
    if (b != nullptr) {
#pragma unroll
      for (int r = 0; r < RANK; ++r) gate += gate_b[r] * low[i][r], up += up_b[r] * low[i][RANK + r];
    }
#endif
    gate = rounded(gate), up = rounded(up);
    h[size_t(first + i) * ffn + column] = narrow(rounded(gate / (1.0f + __expf(-gate))) * up);
  }
}

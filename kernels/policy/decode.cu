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

// A x of a row, RANK values, in registers.
struct Low {
  float values[RANK > 0 ? RANK : 1];
};

__device__ __forceinline__ void widen_8(const bf16* from, float* to) {
  const uint4 v = *reinterpret_cast<const uint4*>(from);
  const u32 words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    to[2 * i] = __uint_as_float(words[i] << 16);
    to[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
  }
}

__device__ __forceinline__ Low read_low(const bf16* low) {
  Low result;
#pragma unroll
  for (int r = 0; r < RANK; r += 8) widen_8(low + r, result.values + r);
  return result;
}

// A row of LoRA's B [out, RANK] times A x.
__device__ __forceinline__ float adapted(const bf16* b_row, const Low& low) {
  float sum = 0;
#pragma unroll
  for (int r = 0; r < RANK; r += 8) {
    float b[8];
    widen_8(b_row + r, b);
#pragma unroll
    for (int i = 0; i < 8; ++i) sum += b[i] * low.values[r + i];
  }
  return sum;
}

// x[row] = embedding of the row's token.
extern "C" __global__ void embed(const Sequence* sequences, const bf16* table, bf16* x, int hidden) {
  const bf16* source = table + size_t(sequences[blockIdx.x].token) * hidden;
  for (int i = threadIdx.x; i < hidden; i += blockDim.x) x[size_t(blockIdx.x) * hidden + i] = source[i];
}

// x += y + scale * B (A x'), where y [rows, stride] holds a product's `hidden` columns and then A x'; then
// normed = rms_norm(x) * weight, cast before the weight unless `whole`. y == nullptr: only the norm. 1024 threads a row.
extern "C" __global__ void __launch_bounds__(1024) add_and_norm(bf16* x, const bf16* y, int stride, const bf16* b, float scale, const bf16* bias,
                                        const bf16* weight, float eps, int whole, bf16* normed, int hidden) {
  bf16* row = x + size_t(blockIdx.x) * hidden;
  const bf16* product = y + size_t(blockIdx.x) * stride;
  Low low;
  if (b != nullptr) low = read_low(product + hidden);
  float square = 0;
#pragma unroll 4
  for (int i = threadIdx.x; i < hidden; i += blockDim.x) {
    float v = wide(row[i]);
    if (y != nullptr) {
      float added = wide(product[i]);
      if (bias != nullptr) added += wide(bias[i]);
      if (b != nullptr) added += scale * adapted(b + size_t(i) * RANK, low);
      v = rounded(v + rounded(added));
      row[i] = narrow(v);
    }
    square += v * v;
  }
  const float inverse = rsqrtf(sum_of_block(square) / hidden + eps);
  for (int i = threadIdx.x; i < hidden; i += blockDim.x) {
    const float v = wide(row[i]) * inverse;
    normed[size_t(blockIdx.x) * hidden + i] = narrow((whole ? v : rounded(v)) * wide(weight[i]));
  }
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
  if (b != nullptr) v += scales[kind] * adapted(b + size_t(column) * RANK, read_low(product + columns + kind * RANK));
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

constexpr int kWarps = 3, kChunks = HEAD_DIM / 32, kTiles = HEAD_DIM / 8;

// What one warp knows after some keys: the queries' outputs before division, largest scores and sums. A thread holds
// rows `lane / 4` and that + 8.
struct Partial {
  float out[kTiles][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, sum[2] = {};
};

// 32 keys and values of a warp in shared memory. Keys: rows of D; which 16 bytes of a row lie where depends on the row,
// so that eight threads never meet in a bank. Values: rows of 32, one for each dimension.
struct Chunk {
  bf16 keys[32 * HEAD_DIM], values[32 * HEAD_DIM];
};

__device__ __forceinline__ int swizzled(int row, int part) { return part ^ ((row & 1) << 2 | (row >> 1 & 3)); }

__device__ __forceinline__ void copy_16(void* to, const void* from) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(u32(__cvta_generic_to_shared(to))), "l"(from));
}

__device__ __forceinline__ void fetch(Chunk& chunk, const bf16* keys, const bf16* values, int stride) {
  const int lane = threadIdx.x % 32;
  constexpr int kParts = HEAD_DIM / 8;
#pragma unroll
  for (int i = 0; i < kParts; ++i) {
    const int piece = lane + 32 * i, row = piece / kParts, part = piece % kParts;
    copy_16(chunk.keys + row * HEAD_DIM + 8 * swizzled(row, part), keys + 8 * piece);
    copy_16(chunk.values + 8 * piece, values + size_t(piece / 4) * stride + 8 * (piece % 4));
  }
}

// 32 keys against 16 queries on tensor cores. Which dimension is which is permuted alike for queries and keys, and which
// key is which alike for scores and values, so that every load is of 16 bytes. Keys outside of [first, last) count
// nothing.
__device__ __forceinline__ void attend_32(Partial& p, const u32 (&query)[2][kChunks][4], const Chunk& chunk, int first,
                                          int last, float scale) {
  const int lane = threadIdx.x % 32, g = lane / 4, c = lane % 4;
  float score[4][4] = {};
#pragma unroll
  for (int j = 0; j < 4; ++j) {
    const int row = 8 * (g / 2) + 2 * j + g % 2;
#pragma unroll
    for (int e = 0; e < kChunks; ++e) {
      const uint4 k = *reinterpret_cast<const uint4*>(chunk.keys + row * HEAD_DIM + 8 * swizzled(row, 4 * e + c));
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
    const uint4 v = *reinterpret_cast<const uint4*>(chunk.values + (8 * f + g) * 32 + 8 * c);
    multiply(p.out[f], share[0][0], share[0][1], share[1][0], share[1][1], v.x, v.y);
    multiply(p.out[f], share[2][0], share[2][1], share[3][0], share[3][1], v.z, v.w);
  }
}

// The keys that a row sees, in chunks of 32: its prompt's, then its own.
struct Seen {
  const bf16 *prompt_keys, *prompt_values, *own_keys, *own_values;
  int prompt, padded, place, length, begin;
  __device__ int chunks() const { return padded / 32 + place / 32 + 1; }
  __device__ bool of_prompt(int i) const { return i < padded / 32; }
  // Position of a chunk's first key, and where its keys end, within the sequence.
  __device__ int start(int i) const { return of_prompt(i) ? 32 * i : prompt + 32 * i - padded; }
  __device__ int end(int i) const { return of_prompt(i) ? prompt : prompt + place + 1; }
  // The first chunk from `i` on, in steps of a warp's turn, that is not wholly out of the window.
  __device__ int next(int i) const {
    while (i < chunks() && start(i) + 32 <= begin) i += kWarps;
    return i;
  }
  __device__ void fetch_into(Chunk& chunk, int i) const {
    const int at = of_prompt(i) ? 32 * i : 32 * i - padded;
    if (of_prompt(i))
      fetch(chunk, prompt_keys + size_t(at) * HEAD_DIM, prompt_values + at, padded);
    else
      fetch(chunk, own_keys + size_t(at) * HEAD_DIM, own_values + at, length);
  }
};

constexpr int kSharedBytes = kWarps * 2 * sizeof(Chunk);
static_assert(kSharedBytes >= int(sizeof(float)) * kWarps * 16 * HEAD_DIM, "partial outputs take the chunks' place");

// out [rows, heads, D]: one query position a row against its prompt's keys and its own. Grid (rows, kv), 96 threads,
// kSharedBytes of dynamic shared memory. `window` > 0: only that many last keys. sinks [heads] or nullptr: logits that
// take mass and give nothing.
extern "C" __global__ void __launch_bounds__(32 * kWarps)
    attend(const Sequence* sequences, const bf16* q, const bf16* keys, const bf16* values, const bf16* sinks, bf16* out,
           int kv, int length, int layer, int window, float scale) {
  extern __shared__ __align__(16) unsigned char shared[];
  const int row = blockIdx.x, head = blockIdx.y, warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const int g = lane / 4, c = lane % 4;
  const Sequence s = sequences[row];
  const size_t of_layer = (size_t(layer) * kv + head) * s.padded * HEAD_DIM;
  const size_t own = (size_t(row) * kv + head) * length * HEAD_DIM;
  const int begin = window > 0 ? max(0, s.prompt + s.place + 1 - window) : 0;
  const Seen seen = {s.prompt_keys + of_layer, s.prompt_values + of_layer, keys + own, values + own,
                     s.prompt,  s.padded, s.place, length, begin};
  Chunk* chunks = reinterpret_cast<Chunk*>(shared) + 2 * warp;
  int i = seen.next(warp), stage = 0;
  if (i < seen.chunks()) seen.fetch_into(chunks[0], i);
  asm volatile("cp.async.commit_group;");
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
  Partial p;
  while (i < seen.chunks()) {
    const int then = seen.next(i + kWarps);
    if (then < seen.chunks()) seen.fetch_into(chunks[stage ^ 1], then);
    asm volatile("cp.async.commit_group;");
    asm volatile("cp.async.wait_group 1;" ::: "memory");
    __syncwarp();
    const int start = seen.start(i);
    attend_32(p, query, chunks[stage], begin - start, seen.end(i) - start, base2);
    __syncwarp();
    i = then;
    stage ^= 1;
  }
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    p.sum[h] += __shfl_xor_sync(~0u, p.sum[h], 1);
    p.sum[h] += __shfl_xor_sync(~0u, p.sum[h], 2);
  }
  __shared__ float largests[kWarps][16], sums[kWarps][16];
  float(*outs)[16][HEAD_DIM] = reinterpret_cast<float(*)[16][HEAD_DIM]>(shared);
  __syncthreads();
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
  for (int k = threadIdx.x; k < GROUP * HEAD_DIM; k += 32 * kWarps) {
    const int member = k / HEAD_DIM, d = k % HEAD_DIM;
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
    out[(size_t(row) * kv + head) * GROUP * HEAD_DIM + k] = narrow(value / sum);
  }
}

// y [rows, 2 ffn + 2 RANK]: gate, up, and A x of both -> h [rows, ffn] = silu(gate) * up. 256 threads with two columns
// each, and 8 rows, a block; ffn is even.
extern "C" __global__ void __launch_bounds__(256) gated(const bf16* y, const bf16* b, float gate_scale, float up_scale,
                                                        bf16* h, int rows, int ffn) {
  constexpr int kRows = 8;
  const int column = 2 * (blockIdx.x * blockDim.x + threadIdx.x), stride = 2 * ffn + 2 * RANK;
  const int first = blockIdx.y * kRows;
#if RANK > 0
  __shared__ __align__(16) float low[kRows][2 * RANK];
  if (b != nullptr)
    for (int i = threadIdx.x; i < kRows * 2 * RANK; i += blockDim.x) {
      const int row = first + i / (2 * RANK), r = i % (2 * RANK);
      low[i / (2 * RANK)][r] =
          row < rows ? wide(y[size_t(row) * stride + 2 * ffn + r]) * (r < RANK ? gate_scale : up_scale) : 0.0f;
    }
  __syncthreads();
#endif
  if (column >= ffn) return;
  float sums[kRows][2][2] = {};  // row; gate, up; column
#if RANK > 0
  if (b != nullptr) {
#pragma unroll
    for (int part = 0; part < 2; ++part)
#pragma unroll 1
      for (int r = 0; r < RANK; r += 8) {
        float weights[2][8];
        widen_8(b + (size_t(part) * ffn + column) * RANK + r, weights[0]);
        widen_8(b + (size_t(part) * ffn + column + 1) * RANK + r, weights[1]);
#pragma unroll
        for (int i = 0; i < kRows; ++i) {
          const float4 l0 = *reinterpret_cast<const float4*>(&low[i][part * RANK + r]),
                       l1 = *reinterpret_cast<const float4*>(&low[i][part * RANK + r + 4]);
#pragma unroll
          for (int k = 0; k < 2; ++k) {
            const float* w = weights[k];
            sums[i][part][k] += w[0] * l0.x + w[1] * l0.y + w[2] * l0.z + w[3] * l0.w + w[4] * l1.x + w[5] * l1.y +
                                w[6] * l1.z + w[7] * l1.w;
          }
        }
      }
  }
#endif
#pragma unroll
  for (int i = 0; i < kRows; ++i) {
    if (first + i >= rows) break;
    const bf16* product = y + size_t(first + i) * stride;
    const u32 gates = *reinterpret_cast<const u32*>(product + column),
              ups = *reinterpret_cast<const u32*>(product + ffn + column);
    float out[2];
#pragma unroll
    for (int k = 0; k < 2; ++k) {
      const float gate =
          rounded(__uint_as_float(k == 0 ? gates << 16 : gates & 0xffff0000u) + sums[i][0][k]);
      const float up = rounded(__uint_as_float(k == 0 ? ups << 16 : ups & 0xffff0000u) + sums[i][1][k]);
      out[k] = rounded(gate / (1.0f + __expf(-gate))) * up;
    }
    *reinterpret_cast<u32*>(h + size_t(first + i) * ffn + column) = pair(out[0], out[1]);
  }
}

// Attention of one query a row against its prompt's keys and its own, while decoding. Behind prelude.cu; compiled for one
// model (src/policy/gpu/gpu_model.cpp) with
//   HEAD_DIM  64 or 128          GROUP  query heads that share a key head, at most 16
// Rows are sequences. bf16 tensors, row-major; arithmetic in float32, rounded where the training pass rounds.

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

// Attention of one new token a row against its prompt's keys and its own, for rows that share prompts. Behind
// prelude.cu; compiled for one model (src/policy/gpu/gpu_model.cpp) with
//   HEAD_DIM  64 or 128          GROUP  query heads that share a key head, at most 16
// bf16 tensors, row-major; arithmetic in float32.
//
// kTogether rows that follow each other fill a tile of 16 queries on tensor cores; keys of a prompt that they share are
// read once for all of them. A block has a tile; its warps share the tile's keys, in chunks of 32, evenly.

constexpr int kSlots = GROUP <= 4 ? 4 : GROUP <= 8 ? 8 : 16;  // queries that a row has in a tile
constexpr int kTogether = 16 / kSlots;
constexpr int kChunks = HEAD_DIM / 32, kTiles = HEAD_DIM / 8;

// 32 keys and values in shared memory. Keys: rows of D; which 16 bytes of a row lie where depends on the row, so that
// eight threads never meet in a bank. Values: rows of 32, one for each dimension.
struct Chunk {
  bf16 keys[32 * HEAD_DIM], values[32 * HEAD_DIM];
};

__device__ __forceinline__ int swizzled(int row, int part) { return part ^ ((row & 1) << 2 | (row >> 1 & 3)); }

__device__ __forceinline__ void copy_16(void* to, const void* from) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(u32(__cvta_generic_to_shared(to))), "l"(from));
}

__device__ __forceinline__ void fetch(Chunk& chunk, const bf16* keys, const bf16* values) {
  const int lane = threadIdx.x % 32;
  constexpr int kParts = HEAD_DIM / 8;
#pragma unroll
  for (int i = 0; i < kParts; ++i) {
    const int piece = lane + 32 * i, row = piece / kParts, part = piece % kParts;
    copy_16(chunk.keys + row * HEAD_DIM + 8 * swizzled(row, part), keys + 8 * piece);
  }
#pragma unroll
  for (int i = 0; i < kParts; ++i) copy_16(chunk.values + 8 * (lane + 32 * i), values + 8 * (lane + 32 * i));
}

// Chunks that rows [row, rows) of the tile see alike: a prompt's, or a row's own.
struct Segment {
  const bf16 *keys, *values;
  int first, count;  // chunks
  int start, end;    // positions, within the sequence, of chunk 0's first key and behind the last key
  int row, rows;
};

// What the rows of a tile see, each prompt once: its `kTogether` prompts, then their own. Called by one warp; `begins`
// are the first positions that rows see. Rows that are not there see nothing.
__device__ __forceinline__ void list_segments(Segment (&segments)[2 * kTogether], int (&begins)[16],
                                              const Sequence* sequences, const bf16* keys, const bf16* values, int rows,
                                              int head, int kv, int length, int layer, int window) {
  const int r = threadIdx.x;
  const bool there = r < rows;
  const Sequence s = sequences[there ? r : 0];
  const int begin = window > 0 ? max(0, s.prompt + s.place + 1 - window) : 0;
  const u64 prompt = reinterpret_cast<u64>(s.prompt_keys);
  const u64 before = __shfl_up_sync(~0u, prompt, 1);
  const bool starts = there && (r == 0 || before != prompt);
  const u32 later = __ballot_sync(~0u, starts) & ~((2u << r) - 1);
  const int end = later != 0 ? __ffs(later) - 1 : rows;
  int seen_from = begin;
#pragma unroll
  for (int i = 0; i < kTogether; ++i) {
    const int other = __shfl_sync(~0u, begin, i);
    if (i >= r && i < end) seen_from = min(seen_from, other);
  }
  if (r < kTogether) {
    const int from = min(seen_from, s.padded) / 32;
    const size_t of_prompt = (size_t(layer) * kv + head) * s.padded * HEAD_DIM;
    segments[r] = {s.prompt_keys + of_prompt, s.prompt_values + of_prompt, from, starts ? s.padded / 32 - from : 0,
                   0, s.prompt, r, end};
    const int own = max(0, begin - s.prompt) / 32;
    const size_t of_row = (size_t(r) * kv + head) * length * HEAD_DIM;
    segments[kTogether + r] = {keys + of_row, values + of_row, own, there ? s.place / 32 + 1 - own : 0,
                               s.prompt, s.prompt + s.place + 1, r, r + 1};
  }
  if (r < 16) begins[r] = begin;
}

// The chunks of all segments, one after the other.
struct Walk {
  const Segment* segments;
  int at = 0, within;
  __device__ Walk(const Segment* list, int chunk) : segments(list), within(chunk) { settle(); }
  __device__ void settle() {
    while (at < 2 * kTogether && within >= segments[at].count) within -= segments[at++].count;
  }
  __device__ void next() { ++within, settle(); }
  __device__ const Segment& segment() const { return segments[at]; }
  __device__ int chunk() const { return segments[at].first + within; }
  __device__ void fetch_into(Chunk& to) const {
    const size_t offset = size_t(chunk()) * 32 * HEAD_DIM;
    fetch(to, segment().keys + offset, segment().values + offset);
  }
};

// Queries' outputs before division, largest scores and sums after some keys.
struct Partial {
  float out[kTiles][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, sum[2] = {};
};

// 32 keys against 16 queries. Which dimension is which is permuted alike for queries and keys, and which key is which
// alike for scores and values, so that every load is of 16 bytes. `first` and `last`: keys of the chunk that count.
__device__ __forceinline__ void attend_32(Partial& p, const u32 (&query)[2][kChunks][4], const Chunk& chunk,
                                          const int (&first)[2], const int (&last)[2], float scale) {
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
      score[j][i] = key >= first[i / 2] && key < last[i / 2] ? score[j][i] * scale : -INFINITY;
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

// What a warp has seen, for the block to add up.
struct Part {
  float out[16][HEAD_DIM], largest[16], sum[16];
};
static_assert(sizeof(Part) <= 2 * sizeof(Chunk), "a warp's part takes the place of its chunks");

__device__ __forceinline__ void leave(Part& part, Partial& p) {
  const int lane = threadIdx.x % 32, g = lane / 4, c = lane % 4;
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    p.sum[h] += __shfl_xor_sync(~0u, p.sum[h], 1);
    p.sum[h] += __shfl_xor_sync(~0u, p.sum[h], 2);
#pragma unroll
    for (int f = 0; f < kTiles; ++f)
      *reinterpret_cast<float2*>(&part.out[g + 8 * h][8 * f + 2 * c]) = {p.out[f][2 * h], p.out[f][2 * h + 1]};
    if (c == 0) part.largest[g + 8 * h] = p.largest[h], part.sum[g + 8 * h] = p.sum[h];
  }
}

// Two neighbours of a query's output, from the parts of all warps.
__device__ __forceinline__ u32 added_up(const Chunk* chunks, int warps, int query, int d, float sink) {
  const auto part_of = [&](int warp) -> const Part& { return *reinterpret_cast<const Part*>(chunks + 2 * warp); };
  float largest = sink;
  for (int w = 0; w < warps; ++w) largest = fmaxf(largest, part_of(w).largest[query]);
  float sum = sink == -INFINITY ? 0.0f : exp2f(sink - largest), low = 0, high = 0;
  for (int w = 0; w < warps; ++w) {
    const Part& part = part_of(w);
    const float share = part.largest[query] == -INFINITY ? 0.0f : exp2f(part.largest[query] - largest);
    sum += part.sum[query] * share;
    low += part.out[query][d] * share;
    high += part.out[query][d + 1] * share;
  }
  return pair(low / sum, high / sum);
}

// out [rows, heads, D]. Grid (tiles of `together` rows, kv), any number of warps, two Chunks of dynamic shared memory
// for each. `together`: at most kTogether. `window` > 0: only that many last keys. sinks [heads] or nullptr: logits that
// take mass and give nothing. Keys [rows, kv, length, D] and values [rows, kv, length / 32, D, 32] are this layer's; a
// prompt's alike, [layers, kv, padded, D] and [layers, kv, padded / 32, D, 32].
extern "C" __global__ void __launch_bounds__(32 * 8)
    attend(const Sequence* sequences, const bf16* q, const bf16* keys, const bf16* values, const bf16* sinks, bf16* out,
           int rows, int together, int kv, int length, int layer, int window, float scale) {
  extern __shared__ __align__(16) unsigned char shared[];
  __shared__ Segment segments[2 * kTogether];
  __shared__ int begins[16];
  const int head = blockIdx.y, lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
  const int g = lane / 4, c = lane % 4;
  const int first_row = blockIdx.x * together, in_tile = min(together, rows - first_row);
  const size_t own = size_t(first_row) * kv * length * HEAD_DIM;
  if (warp == 0)
    list_segments(segments, begins, sequences + first_row, keys + own, values + own, in_tile, head, kv, length, layer,
                  window);
  const size_t row_stride = size_t(kv) * GROUP * HEAD_DIM, of_head = size_t(head) * GROUP * HEAD_DIM;
  u32 query[2][kChunks][4];
  int row[2], begin[2];
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    const int member = (g + 8 * h) % kSlots;
    row[h] = (g + 8 * h) / kSlots;
    const bf16* from = q + (first_row + row[h]) * row_stride + of_head + member * HEAD_DIM + 8 * c;
#pragma unroll
    for (int e = 0; e < kChunks; ++e) {
      const uint4 v = member < GROUP && row[h] < in_tile ? *reinterpret_cast<const uint4*>(from + 32 * e)
                                                         : uint4{0, 0, 0, 0};
      query[h][e][0] = v.x, query[h][e][1] = v.y, query[h][e][2] = v.z, query[h][e][3] = v.w;
    }
  }
  __syncthreads();
  begin[0] = begins[row[0]], begin[1] = begins[row[1]];
  int all = 0;
#pragma unroll
  for (int i = 0; i < 2 * kTogether; ++i) all += segments[i].count;
  int remaining = all * (warp + 1) / warps - all * warp / warps;
  Chunk* all_chunks = reinterpret_cast<Chunk*>(shared);
  Chunk* chunks = all_chunks + 2 * warp;
  Walk walk(segments, all * warp / warps), ahead = walk;
  if (remaining > 0) ahead.fetch_into(chunks[0]);
  asm volatile("cp.async.commit_group;");
  Partial p;
  for (int stage = 0; remaining > 0; --remaining, stage ^= 1) {
    if (remaining > 1) {
      ahead.next();
      ahead.fetch_into(chunks[stage ^ 1]);
    }
    asm volatile("cp.async.commit_group;");
    asm volatile("cp.async.wait_group 1;" ::: "memory");
    __syncwarp();
    const Segment& s = walk.segment();
    const int start = s.start + 32 * walk.chunk();
    int first[2], last[2];
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      first[h] = begin[h] - start;
      last[h] = row[h] >= s.row && row[h] < s.rows ? s.end - start : 0;
    }
    attend_32(p, query, chunks[stage], first, last, scale * 1.4426950408889634f);
    __syncwarp();
    walk.next();
  }
  asm volatile("cp.async.wait_group 0;" ::: "memory");
  __syncwarp();
  leave(*reinterpret_cast<Part*>(chunks), p);
  __syncthreads();
  constexpr int kPairs = HEAD_DIM / 2;
  for (int k = threadIdx.x; k < in_tile * GROUP * kPairs; k += blockDim.x) {
    const int d = 2 * (k % kPairs), member = k / kPairs % GROUP, r = k / kPairs / GROUP;
    const float sink = sinks != nullptr ? wide(sinks[head * GROUP + member]) * 1.4426950408889634f : -INFINITY;
    *reinterpret_cast<u32*>(out + (first_row + r) * row_stride + of_head + member * HEAD_DIM + d) =
        added_up(all_chunks, warps, r * kSlots + member, d, sink);
  }
}

// A mixture of experts for one token a row, weights in MXFP4: router, rows sorted by expert, two grouped products on
// tensor cores, sum. Reference: src/policy/ops/experts.cpp. No look of the host in between and fixed grids, so that a CUDA
// graph can hold it; no atomics on floats, so that a step's result depends on its input alone. Compiled at run time for
// one model (src/policy/gpu/experts.cpp) with
//   HIDDEN, FFN     multiples of 32        EXPERTS, TOP    how many there are, and how many a row goes through
//   ROWS            rows of a step at most
// Rounding: logits to bf16 and the weights of the chosen to bf16, as transformers; the gated values to bf16; an expert's
// output with its bias to bf16; the sum of a row's experts, in ascending order, to bf16. All else is float32.
//
// Versions:
//   1  weights as the 16 rows of m16n8k16, tokens as its 8 columns: few tokens an expert waste little
//
// Packed weights: the matrix [out, in] of an expert is cut into pieces of 48 rows and 64 columns, behind each other along
// a row, and four such rows of pieces make a tile; missing rows and columns are zeros. A piece is three times 32 lanes'
// 16 bytes, then 24 words of scales. What a lane needs for m16n8k16 (mma.sync) lies in its own bytes: row 2 i of the matrix
// is row i of a 16-row tile and row 2 i + 1 is row i + 8, so that a thread has gate and up of the same column, or two
// neighbours. No header is needed.
#ifndef ON_CPU
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned char u8;

struct bf16 {
  unsigned short bits;
};
__device__ __forceinline__ float wide(bf16 v) { return __uint_as_float(u32(v.bits) << 16); }
__device__ __forceinline__ bf16 narrow(float v) {
  bf16 result;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result.bits) : "f"(v));
  return result;
}
// Both halves; a * b needs a sum in this instruction, and -0 changes none.
__device__ __forceinline__ u32 times(u32 a, u32 b) {
  u32 result;
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(0x80008000u));
  return result;
}
__device__ __forceinline__ void multiply(float (&c)[4], u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
// The first `bytes` of 16, 0 or 16; zeros for the rest.
__device__ __forceinline__ void copy_16(void* to, const void* from, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(u32(__cvta_generic_to_shared(to))), "l"(from),
               "r"(bytes));
}
__device__ __forceinline__ void end_group() { asm volatile("cp.async.commit_group;"); }
template <int kPending>
__device__ __forceinline__ void wait_for_groups() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
}
#define DYNAMIC_SHARED(name) extern __shared__ __align__(16) u8 name[]
#endif

__device__ __forceinline__ uint4 load_16(const void* from) { return *reinterpret_cast<const uint4*>(from); }
__device__ __forceinline__ float rounded(float v) { return wide(narrow(v)); }
__device__ __forceinline__ float low(u32 both) { return __uint_as_float(both << 16); }
__device__ __forceinline__ float high(u32 both) { return __uint_as_float(both & 0xffff0000u); }

constexpr int kTopWords = (ROWS + 31) / 32, kPerLane = (EXPERTS + 31) / 32;

// logits [rows, EXPERTS] = x w^T + bias, rounded once. Grid (rows / 8, experts / 16), 256 threads: a warp takes every
// eighth 32 columns. Which column is which is permuted alike for both, so that every load is of 16 bytes.
extern "C" __global__ void __launch_bounds__(256)
    router(const bf16* x, const bf16* w, const bf16* bias, bf16* logits, int rows) {
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, c = lane % 4;
  const int row = 8 * blockIdx.x, expert = 16 * blockIdx.y;
  const bf16* tokens = x + u64(min(row + g, rows - 1)) * HIDDEN + 8 * c;
  const bf16* first = w + u64(min(expert + g, EXPERTS - 1)) * HIDDEN + 8 * c;
  const bf16* second = w + u64(min(expert + g + 8, EXPERTS - 1)) * HIDDEN + 8 * c;
  float sum[4] = {};
#pragma unroll 4
  for (int i = warp; i < HIDDEN / 32; i += 8) {
    const uint4 a = load_16(first + 32 * i), b = load_16(second + 32 * i), t = load_16(tokens + 32 * i);
    multiply(sum, a.x, b.x, a.y, b.y, t.x, t.y);
    multiply(sum, a.z, b.z, a.w, b.w, t.z, t.w);
  }
  __shared__ float parts[8][128];
  for (int i = 0; i < 4; ++i) parts[warp][4 * lane + i] = sum[i];
  __syncthreads();
  if (threadIdx.x >= 128) return;
  float total = 0;
  for (int i = 0; i < 8; ++i) total += parts[i][threadIdx.x];
  const int of = threadIdx.x / 4, i = threadIdx.x % 4;
  const int e = expert + of / 4 + 8 * (i / 2), r = row + 2 * (of % 4) + i % 2;
  if (e < EXPERTS && r < rows) logits[u64(r) * EXPERTS + e] = narrow(total + (bias != nullptr ? wide(bias[e]) : 0.0f));
}

// Larger logits have larger keys, and of equal ones the first expert; never 0.
__device__ __forceinline__ u32 key_of(bf16 logit, int expert) {
  const u32 bits = logit.bits == 0x8000 ? 0 : logit.bits;
  const u32 ordered = bits & 0x8000 ? ~bits & 0xffff : bits | 0x8000;
  return ordered << 16 | (0xffff - expert);
}
__device__ __forceinline__ int expert_of(u32 key) { return 0xffff - int(key & 0xffff); }
__device__ __forceinline__ float logit_of(u32 key) {
  const u32 ordered = key >> 16;
  return __uint_as_float((ordered & 0x8000 ? ordered & 0x7fff : ~ordered & 0xffff) << 16);
}

// Which experts each row goes through, in ascending order, and where: expert e has the places [begins[e], begins[e + 1])
// of a list of count * TOP, in the rows' order. rows[place]: whose it is. places, weights [count, TOP]. One block of 1024.
extern "C" __global__ void __launch_bounds__(1024)
    route(const bf16* logits, int* begins, int* rows, int* places, float* weights, int count) {
  __shared__ u32 users[EXPERTS][kTopWords];
  __shared__ unsigned short chosen[ROWS * TOP];
  __shared__ int begin[EXPERTS + 1];
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  for (int i = threadIdx.x; i < EXPERTS * kTopWords; i += blockDim.x) users[i / kTopWords][i % kTopWords] = 0;
  __syncthreads();
  for (int row = warp; row < count; row += blockDim.x / 32) {
    u32 keys[kPerLane], mine = 0, largest = 0;
#pragma unroll
    for (int i = 0; i < kPerLane; ++i) {
      const int e = lane + 32 * i;
      keys[i] = e < EXPERTS ? key_of(logits[u64(row) * EXPERTS + e], e) : 0;
    }
    for (int j = 0; j < TOP; ++j) {
      u32 best = 0;
#pragma unroll
      for (int i = 0; i < kPerLane; ++i) best = max(best, keys[i]);
      best = __reduce_max_sync(~0u, best);
      if (j == 0) largest = best;
      if (lane == j) mine = best;
#pragma unroll
      for (int i = 0; i < kPerLane; ++i) keys[i] = keys[i] == best ? 0 : keys[i];
    }
    const float share = lane < TOP ? expf(logit_of(mine) - logit_of(largest)) : 0.0f;
    const int expert = expert_of(mine);
    float total = 0;
    int rank = 0;
    for (int j = 0; j < TOP; ++j) {
      total += __shfl_sync(~0u, share, j);
      rank += __shfl_sync(~0u, expert, j) < expert ? 1 : 0;
    }
    if (lane < TOP) {
      chosen[row * TOP + rank] = expert;
      weights[row * TOP + rank] = rounded(share / total);
      atomicOr(&users[expert][row / 32], 1u << row % 32);
    }
  }
  __syncthreads();
  if (warp == 0) {
    int counts[kPerLane], sum = 0;
    for (int i = 0; i < kPerLane; ++i) {
      const int e = lane * kPerLane + i;
      counts[i] = 0;
      if (e < EXPERTS)
        for (int w = 0; w < kTopWords; ++w) counts[i] += __popc(users[e][w]);
      sum += counts[i];
    }
    int until = sum;
    for (int o = 1; o < 32; o *= 2) {
      const int before = __shfl_up_sync(~0u, until, o);
      if (lane >= o) until += before;
    }
    int at = until - sum;
    for (int i = 0; i < kPerLane; ++i) {
      const int e = lane * kPerLane + i;
      if (e < EXPERTS) begin[e] = at;
      at += counts[i];
    }
    if (lane == 31) begin[EXPERTS] = until;
  }
  __syncthreads();
  for (int i = threadIdx.x; i <= EXPERTS; i += blockDim.x) begins[i] = begin[i];
  for (int i = threadIdx.x; i < count * TOP; i += blockDim.x) {
    const int e = chosen[i], row = i / TOP;
    int place = begin[e] + __popc(users[e][row / 32] & ((1u << row % 32) - 1));
    for (int w = 0; w < row / 32; ++w) place += __popc(users[e][w]);
    rows[place] = row;
    places[i] = place;
  }
}

// --- packed weights ---

constexpr int kTiles = 3, kPieceRows = 16 * kTiles, kPieceBytes = 512 * kTiles + 32 * kTiles, kWarps = 4;
__host__ __device__ constexpr int pieces_along(int in) { return (in + 63) / 64; }
__host__ __device__ constexpr int pieces_down(int out) { return (out + kWarps * kPieceRows - 1) / (kWarps * kPieceRows) * kWarps; }

// 4 bits of a value, sign first, of eight values k; even ones in the low half, where the bits of value 2 p lie so that one
// shift brings them to bf16's sign, lowest two exponent bits and highest mantissa bit. Not so for p = 3, which takes what
// is left: sign 14, exponent 11 and 10, mantissa 13.
__device__ __forceinline__ u32 pack_word(u32 nibbles) {
  u32 result = 0;
  for (int k = 0; k < 8; ++k) {
    const u32 v = nibbles >> 4 * k & 15, sign = v >> 3, rest = v & 7;
    const int p = k / 2;
    const u32 half = p < 3 ? sign << (15 - 3 * p) | rest << (6 - 3 * p) : sign << 14 | (rest >> 1) << 10 | (rest & 1) << 13;
    result |= half << 16 * (k % 2);
  }
  return result;
}

// The eight values of a word times `scale` (bf16, twice) times 2^-126, which the caller's scale makes up for: value p of
// `pairs` has 2 p in its low half and 2 p + 1 in its high one. Exact: as bf16 these bits are E2M1 but for the bias, small
// numbers included.
__device__ __forceinline__ void unpack_word(u32 word, u32 scale, u32 (&pairs)[4]) {
  constexpr u32 kBits = 0x81c081c0u;
  u32 last = word << 1 & 0x80008000u;
  last |= word >> 3 & 0x01800180u;
  last |= word >> 7 & 0x00400040u;
  pairs[0] = times(word & kBits, scale);
  pairs[1] = times(word << 3 & kBits, scale);
  pairs[2] = times(word << 6 & kBits, scale);
  pairs[3] = times(last, scale);
}

// Products are computed with weights times 2^-32, so that 2^126 times a scale is a bf16 number for every scale up to 2^33:
// its exponent field is that of the scale plus 126 - 32, which is what is stored.
constexpr int kScaleShift = 94;
constexpr float kUndo = 4294967296.0f;
__device__ __forceinline__ u32 scale_of(u32 four, int i) { return (four >> 8 * i & 255u) * 0x00800080u; }

// From blocks [E, out, in / 32, 16] and scales [E, out, in / 32] as in checkpoints. Grid (pieces, E), 128 threads.
extern "C" __global__ void __launch_bounds__(128)
    pack_experts(const u32* blocks, const u8* scales, u8* packed, int out, int in) {
  const int piece = blockIdx.x, along = pieces_along(in), depth = in / 32, t = threadIdx.x;
  u8* to = packed + (u64(blockIdx.y) * gridDim.x + piece) * kPieceBytes;
  const int row = piece / along * kPieceRows, block = 2 * (piece % along);
  const auto at = [&](int r, int b) { return (u64(blockIdx.y) * out + r) * depth + b; };
  if (t < 32 * kTiles) {
    const int g = t % 32 / 4, c = t % 4, first = row + 16 * (t / 32) + 2 * g;
    u32 words[4];
    for (int i = 0; i < 4; ++i) {
      const int r = first + i % 2, b = block + i / 2;
      words[i] = r < out && b < depth ? pack_word(blocks[4 * at(r, b) + c]) : 0;
    }
    *reinterpret_cast<uint4*>(to + 16 * t) = uint4{words[0], words[1], words[2], words[3]};
  } else if (t < 40 * kTiles) {
    const int first = row + 2 * (t - 32 * kTiles);
    u32 four = 0;
    for (int i = 0; i < 4; ++i) {
      const int r = first + i % 2, b = block + i / 2;
      if (r < out && b < depth) four |= u32(scales[at(r, b)] + kScaleShift) << 8 * i;
    }
    *reinterpret_cast<u32*>(to + 512 * kTiles + 4 * (t - 32 * kTiles)) = four;
  }
}

// bf16 [experts of the grid, out, in] from the packed experts `first` and on. Grid (pieces, count), 96 threads.
extern "C" __global__ void __launch_bounds__(96)
    widen_experts(const u8* packed, bf16* matrices, int first, int out, int in) {
  const int piece = blockIdx.x, along = pieces_along(in), t = threadIdx.x, lane = t % 32, g = lane / 4, c = lane % 4;
  const u8* from = packed + (u64(first + blockIdx.y) * gridDim.x + piece) * kPieceBytes;
  const uint4 v = load_16(from + 16 * t);
  const u32 words[4] = {v.x, v.y, v.z, v.w};
  const u32 four = *reinterpret_cast<const u32*>(from + 512 * kTiles + 4 * (8 * (t / 32) + g));
  const int row = piece / along * kPieceRows + 16 * (t / 32) + 2 * g, column = 64 * (piece % along) + 8 * c;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const int r = row + i % 2, k = column + 32 * (i / 2);
    if (r >= out || k >= in) continue;
    u32 p[4];
    unpack_word(words[i], scale_of(four, i), p);
    for (int j = 0; j < 4; ++j) p[j] = times(p[j], 0x4f804f80u);
    *reinterpret_cast<uint4*>(matrices + (u64(blockIdx.y) * out + r) * in + k) = uint4{p[0], p[1], p[2], p[3]};
  }
}

// --- grouped products ---

// Tokens of an expert that are computed together, while its weights go by once.
constexpr int kTokens = 64, kStages = 4, kThreads = 32 * kWarps;
constexpr int kStageBytes = kWarps * kPieceBytes + 128 * kTokens;

// A thread's part of copying the tokens' 64 columns: 16 bytes of every sixteenth token.
struct Sources {
  const bf16* at[kTokens / 16];
  int count;  // tokens there are
};

// Which 16 bytes of a token's 128 lie where, so that eight threads that read two tokens never meet in a bank.
__device__ __forceinline__ int swizzled(int token, int part) { return part ^ (token & 1) << 2; }

template <int kColumns, int kIn>
__device__ __forceinline__ void fetch(u8* shared, int i, const u8* pieces, const Sources& sources) {
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, part = threadIdx.x % 8;
  u8* stage = shared + i % kStages * kStageBytes;
  const u8* from = pieces + u64(i) * kPieceBytes;
  u8* to = stage + warp * kPieceBytes;
#pragma unroll
  for (int m = 0; m < kTiles; ++m) copy_16(to + 512 * m + 16 * lane, from + 512 * m + 16 * lane, 16);
  if (lane < 2 * kTiles) copy_16(to + 512 * kTiles + 16 * lane, from + 512 * kTiles + 16 * lane, 16);
#pragma unroll
  for (int j = 0; j < (kColumns + 1) / 2; ++j) {
    const int token = threadIdx.x / 8 + 16 * j;
    if (token < 8 * kColumns)
      copy_16(stage + kWarps * kPieceBytes + 128 * token + 16 * swizzled(token, part), sources.at[j] + 64 * i,
              token < sources.count && 64 * i + 8 * part < kIn ? 16 : 0);
  }
}

// A warp's 48 rows and 64 columns with 8 * kColumns tokens.
template <int kColumns>
__device__ __forceinline__ void multiply_piece(float (&sum)[kTiles][kColumns][4], const u8* stage) {
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, c = lane % 4;
  const u8 *piece = stage + warp * kPieceBytes, *tokens = stage + kWarps * kPieceBytes;
#pragma unroll (kColumns > 4 ? 1 : 2)  // or registers run out
  for (int half = 0; half < 2; ++half) {
    u32 top[kTiles][4], bottom[kTiles][4];
#pragma unroll
    for (int m = 0; m < kTiles; ++m) {
      const uint2 words = *reinterpret_cast<const uint2*>(piece + 512 * m + 16 * lane + 8 * half);
      const u32 four = *reinterpret_cast<const u32*>(piece + 512 * kTiles + 4 * (8 * m + g));
      unpack_word(words.x, scale_of(four, 2 * half), top[m]);
      unpack_word(words.y, scale_of(four, 2 * half + 1), bottom[m]);
    }
#pragma unroll
    for (int n = 0; n < kColumns; ++n) {
      const uint4 token = load_16(tokens + 128 * (8 * n + g) + 16 * swizzled(g, 4 * half + c));
#pragma unroll
      for (int m = 0; m < kTiles; ++m) {
        multiply(sum[m][n], top[m][0], bottom[m][0], top[m][1], bottom[m][1], token.x, token.y);
        multiply(sum[m][n], top[m][2], bottom[m][2], top[m][3], bottom[m][3], token.z, token.w);
      }
    }
  }
}

struct GateUp {
  static constexpr int kIn = HIDDEN, kPairs = FFN;
  float limit, alpha;
  bf16* out;  // [places, FFN]
  __device__ void store(int place, int pair, float gate, float up) const {
    gate = fminf(gate, limit);
    up = fminf(fmaxf(up, -limit), limit);
    out[u64(place) * FFN + pair] = narrow(gate / (1.0f + __expf(-alpha * gate)) * (up + 1.0f));
  }
};

struct Down {
  static constexpr int kIn = FFN, kPairs = HIDDEN / 2;
  bf16* out;  // [places, HIDDEN]
  __device__ void store(int place, int pair, float first, float second) const {
    *reinterpret_cast<u32*>(out + u64(place) * HIDDEN + 2 * pair) = u32(narrow(second).bits) << 16 | narrow(first).bits;
  }
};

// The tokens [place, place + sources.count) of one expert.
template <int kColumns, class Layer>
__device__ __forceinline__ void product(u8* shared, const u8* pieces, const bf16* bias, const Sources& sources, int place,
                                        int tile, const Layer& layer) {
  constexpr int kSteps = pieces_along(Layer::kIn);
  float sum[kTiles][kColumns][4] = {};
  for (int i = 0; i < kStages - 1; ++i) {
    if (i < kSteps) fetch<kColumns, Layer::kIn>(shared, i, pieces, sources);
    end_group();
  }
#pragma unroll 1
  for (int i = 0; i < kSteps; ++i) {
    wait_for_groups<kStages - 2>();
    __syncthreads();
    if (i + kStages - 1 < kSteps) fetch<kColumns, Layer::kIn>(shared, i + kStages - 1, pieces, sources);
    end_group();
    multiply_piece(sum, shared + i % kStages * kStageBytes);
  }
  const int g = threadIdx.x % 32 / 4, c = threadIdx.x % 4;
#pragma unroll
  for (int m = 0; m < kTiles; ++m) {
    const int pair = 8 * (tile * kTiles + m) + g;
    if (pair >= Layer::kPairs) continue;
    const u32 both = *reinterpret_cast<const u32*>(bias + 2 * pair);
#pragma unroll
    for (int n = 0; n < kColumns; ++n)
#pragma unroll
      for (int h = 0; h < 2; ++h)
        if (const int token = 8 * n + 2 * c + h; token < sources.count)
          layer.store(place + token, pair, sum[m][n][h] * kUndo + low(both), sum[m][n][2 + h] * kUndo + high(both));
  }
}

// One block: 192 rows of one expert's matrix, with all of its tokens. row_of(place): a token's input.
template <class Layer, class RowOf>
__device__ __forceinline__ void grouped(u8* shared, const u8* packed, const bf16* bias, const int* begins,
                                        const Layer& layer, const RowOf& row_of) {
  const int e = blockIdx.y, tile = kWarps * blockIdx.x + threadIdx.x / 32, end = begins[e + 1];
  const u8* pieces =
      packed + (u64(e) * kWarps * gridDim.x + tile) * pieces_along(Layer::kIn) * kPieceBytes;
  const bf16* bias_of = bias + u64(e) * 2 * Layer::kPairs;
  for (int place = begins[e]; place < end; place += kTokens) {
    Sources sources;
    sources.count = min(end - place, kTokens);
#pragma unroll
    for (int j = 0; j < kTokens / 16; ++j)
      sources.at[j] = row_of(place + min(int(threadIdx.x) / 8 + 16 * j, sources.count - 1)) + threadIdx.x % 8 * 8;
    switch ((sources.count + 7) / 8) {
      case 1: product<1>(shared, pieces, bias_of, sources, place, tile, layer); break;
      case 2: product<2>(shared, pieces, bias_of, sources, place, tile, layer); break;
      case 3: product<3>(shared, pieces, bias_of, sources, place, tile, layer); break;
      case 4: product<4>(shared, pieces, bias_of, sources, place, tile, layer); break;
      case 5:
      case 6: product<6>(shared, pieces, bias_of, sources, place, tile, layer); break;
      default: product<8>(shared, pieces, bias_of, sources, place, tile, layer);
    }
    __syncthreads();  // before the next tokens take the stages' place
  }
}

// hidden [places, FFN] = clamped swiglu of x W^T + bias. Grid (pieces_down(2 FFN) / 4, EXPERTS), 128 threads, kStages *
// kStageBytes of dynamic shared memory.
extern "C" __global__ void __launch_bounds__(kThreads, 3)
    experts_gate_up(const bf16* x, const u8* packed, const bf16* bias, const int* begins, const int* rows, bf16* hidden,
                    float limit, float alpha) {
  DYNAMIC_SHARED(shared);
  const GateUp layer = {limit, alpha, hidden};
  grouped(shared, packed, bias, begins, layer, [&](int place) { return x + u64(rows[place]) * HIDDEN; });
}

// y [places, HIDDEN] = hidden W^T + bias. Grid (pieces_down(HIDDEN) / 4, EXPERTS), else as above.
extern "C" __global__ void __launch_bounds__(kThreads, 3)
    experts_down(const bf16* hidden, const u8* packed, const bf16* bias, const int* begins, bf16* y) {
  DYNAMIC_SHARED(shared);
  const Down layer = {y};
  grouped(shared, packed, bias, begins, layer, [&](int place) { return hidden + u64(place) * FFN; });
}

// out [rows, HIDDEN]: each row's experts, weighted, in ascending order. Grid (columns / 1024, rows), 128 threads.
extern "C" __global__ void __launch_bounds__(128)
    combine(const bf16* y, const int* places, const float* weights, bf16* out) {
  const int column = 8 * (blockIdx.x * blockDim.x + threadIdx.x), row = blockIdx.y;
  if (column >= HIDDEN) return;
  float sum[8] = {};
#pragma unroll
  for (int j = 0; j < TOP; ++j) {
    const float weight = weights[row * TOP + j];
    const uint4 v = load_16(y + u64(places[row * TOP + j]) * HIDDEN + column);
    const u32 words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      sum[2 * i] += weight * low(words[i]);
      sum[2 * i + 1] += weight * high(words[i]);
    }
  }
  for (int i = 0; i < 8; ++i) out[u64(row) * HIDDEN + column + i] = narrow(sum[i]);
}

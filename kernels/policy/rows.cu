// Everything between the matrix products of a decoder but attention and the choice of the next token. Rows are tokens:
// the next one of every sequence, or all of some prompts. Behind prelude.cu; compiled for one model
// (src/policy/gpu/gpu_model.cpp) with
//   HEAD_DIM  64 or 128
//   RANK      columns of LoRA's B as stored, a multiple of 16; 0 without an adapter
// bf16 tensors, row-major, widths multiples of 8; arithmetic in float32, rounded where the training pass rounds.
// Reference: src/policy/transformer.cpp (tests/policy/rows_kernels_test.cpp runs this file on a CPU).
//
// Versions:
//   1  a block a row, two bytes a load, B read once a row: 837, 664 and 333 us a step of Qwen2.5-7B's shape at 160 rows
//   2  eight columns a load; B is read once for 2, 32 and 4 rows, where it meets the tensor cores for the wide one;
//      angles once a step

// x[row] = embedding of the row's token; turns [rows, HEAD_DIM / 2]: cos and sin at its position. 128 threads a row.
struct Rope {
  const float* frequencies;  // [HEAD_DIM / 2], radians a position
  float magnitude;           // of cos and sin
};
extern "C" __global__ void __launch_bounds__(128)
    embed(const Sequence* sequences, const bf16* table, Rope rope, bf16* x, float2* turns, int hidden) {
  const Sequence s = sequences[blockIdx.x];
  const uint4* source = reinterpret_cast<const uint4*>(table + size_t(s.token) * hidden);
  uint4* to = reinterpret_cast<uint4*>(x + size_t(blockIdx.x) * hidden);
  for (int i = threadIdx.x; i < hidden / 8; i += blockDim.x) to[i] = source[i];
  if (threadIdx.x >= HEAD_DIM / 2) return;
  const float angle = float(s.prompt + s.place) * rope.frequencies[threadIdx.x];
  turns[size_t(blockIdx.x) * (HEAD_DIM / 2) + threadIdx.x] =
      float2{rounded(cosf(angle) * rope.magnitude), rounded(sinf(angle) * rope.magnitude)};
}

// x += y + bias + scale * B (A x'), where y [rows, stride] holds a product's `hidden` columns and then A x', and b is B's
// transpose [RANK, hidden]; then normed = rms_norm(x) * weight, cast before the weight unless `whole`. y == nullptr: only
// the norm. Two rows a block, a thread for every 8 columns, at most 1024.
extern "C" __global__ void __launch_bounds__(1024)
    add_and_norm(bf16* x, const bf16* y, int stride, const bf16* b, float scale, const bf16* bias, const bf16* weight,
                 float eps, int whole, bf16* normed, int hidden, int rows) {
  constexpr int kRows = 2;
  __shared__ float low[RANK > 0 ? RANK : 1][kRows], squares[kRows][32];
  const int column = 8 * threadIdx.x, first = kRows * blockIdx.x, lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const bool there = column < hidden, adapted = RANK > 0 && b != nullptr;
  if (adapted) {
    for (int i = threadIdx.x; i < kRows * RANK; i += blockDim.x) {
      const int row = min(first + i % kRows, rows - 1);
      low[i / kRows][i % kRows] = wide(y[size_t(row) * stride + hidden + i / kRows]);
    }
    __syncthreads();
  }
  float sums[kRows][8] = {};
  if (adapted && there) {
#pragma unroll 8
    for (int r = 0; r < RANK; ++r) {
      const Eight e = load_8(b + size_t(r) * hidden + column);
#pragma unroll
      for (int k = 0; k < 8; ++k)
#pragma unroll
        for (int i = 0; i < kRows; ++i) sums[i][k] += low[r][i] * e.v[k];
    }
  }
  Eight values[kRows];
#pragma unroll
  for (int i = 0; i < kRows; ++i) {
    const size_t row = min(first + i, rows - 1);
    float square = 0;
    if (there) {
      values[i] = load_8(x + row * hidden + column);
      if (y != nullptr) {
        Eight added = load_8(y + row * stride + column);
        if (bias != nullptr) {
          const Eight of = load_8(bias + column);
#pragma unroll
          for (int k = 0; k < 8; ++k) added.v[k] += of.v[k];
        }
#pragma unroll
        for (int k = 0; k < 8; ++k)
          values[i].v[k] = rounded(values[i].v[k] + rounded(added.v[k] + scale * sums[i][k]));
        if (first + i < rows) store_8(x + row * hidden + column, values[i]);
      }
#pragma unroll
      for (int k = 0; k < 8; ++k) square += values[i].v[k] * values[i].v[k];
    }
    square = sum_of_warp(square);
    if (lane == 0) squares[i][warp] = square;
  }
  __syncthreads();
  if (!there) return;
  const Eight of = load_8(weight + column);
#pragma unroll
  for (int i = 0; i < kRows; ++i) {
    if (first + i >= rows) return;
    float square = 0;
    for (int w = 0; w < int(blockDim.x) / 32; ++w) square += squares[i][w];
    const float inverse = rsqrtf(square / hidden + eps);
    Eight out;
#pragma unroll
    for (int k = 0; k < 8; ++k) {
      const float v = values[i].v[k] * inverse;
      out.v[k] = (whole ? v : rounded(v)) * of.v[k];
    }
    store_8(normed + size_t(first + i) * hidden + column, out);
  }
}

// From y [rows, (heads + 2 kv) D + 3 RANK]: adapter (b [.., RANK]), bias, head norm, rotation. Queries go to q [rows,
// heads, D], keys and values to the sequences' caches: keys [slots, kv, length, D] and values in chunks of this
// layer. A warp takes one head of four rows; a lane has dimensions d and d + D / 2. Grid (rows / 4, heads / 4), 128
// threads.
extern "C" __global__ void __launch_bounds__(128)
    split_heads(const Sequence* sequences, const float2* turns, const bf16* y, const bf16* b, const float* scales,
                const bf16* bias, const bf16* q_norm, const bf16* k_norm, float eps, bf16* q, bf16* keys, bf16* values,
                int heads, int kv, int length, int rows) {
  constexpr int kRows = 4, kHalf = HEAD_DIM / 2, kOwn = HEAD_DIM / 64;  // kOwn dimensions of each half
  const int lane = threadIdx.x % 32, head = 4 * blockIdx.y + threadIdx.x / 32, first = kRows * blockIdx.x;
  if (head >= heads + 2 * kv) return;
  const int columns = (heads + 2 * kv) * HEAD_DIM, stride = columns + 3 * RANK;
  const int kind = head < heads ? 0 : head < heads + kv ? 1 : 2;
  const auto dimension = [&](int i) { return kOwn * lane + i % kOwn + (i < kOwn ? 0 : kHalf); };
  float sums[kRows][2 * kOwn] = {};
#if RANK > 0
  if (b != nullptr) {
#pragma unroll 1
    for (int r = 0; r < RANK; r += 8) {
      Eight low[kRows];
#pragma unroll
      for (int k = 0; k < kRows; ++k)
        low[k] = load_8(y + size_t(min(first + k, rows - 1)) * stride + columns + kind * RANK + r);
#pragma unroll
      for (int i = 0; i < 2 * kOwn; ++i) {
        const Eight of = load_8(b + size_t(head * HEAD_DIM + dimension(i)) * RANK + r);
#pragma unroll
        for (int k = 0; k < kRows; ++k)
#pragma unroll
          for (int n = 0; n < 8; ++n) sums[k][i] += of.v[n] * low[k].v[n];
      }
    }
  }
#endif
  const bf16* norm = kind == 0 ? q_norm : k_norm;
#pragma unroll
  for (int k = 0; k < kRows; ++k) {
    const int row = first + k;
    if (row >= rows) return;
    const int place = sequences[row].place;
    float v[2 * kOwn], square = 0;
#pragma unroll
    for (int i = 0; i < 2 * kOwn; ++i) {
      const int column = head * HEAD_DIM + dimension(i);
      v[i] = wide(y[size_t(row) * stride + column]);
      if (bias != nullptr) v[i] += wide(bias[column]);
      if (RANK > 0 && b != nullptr) v[i] += scales[kind] * sums[k][i];
      v[i] = rounded(v[i]);
      square += v[i] * v[i];
    }
    if (kind == 2) {
#pragma unroll
      for (int i = 0; i < 2 * kOwn; ++i)
        values[(size_t(row) * kv + head - heads - kv) * HEAD_DIM * length +
               value_at(place, dimension(i), HEAD_DIM, length)] = narrow(v[i]);
      continue;
    }
    if (norm != nullptr) {
      const float inverse = rsqrtf(sum_of_warp(square) / HEAD_DIM + eps);
#pragma unroll
      for (int i = 0; i < 2 * kOwn; ++i) v[i] = rounded(rounded(v[i] * inverse) * wide(norm[dimension(i)]));
    }
    bf16* to = kind == 0 ? q + (size_t(row) * heads + head) * HEAD_DIM
                         : keys + ((size_t(row) * kv + head - heads) * length + place) * HEAD_DIM;
#pragma unroll
    for (int i = 0; i < kOwn; ++i) {
      const float2 turn = turns[size_t(row) * kHalf + kOwn * lane + i];
      to[dimension(i)] = narrow(rounded(v[i] * turn.x) - v[i + kOwn] * turn.y);
      to[dimension(i + kOwn)] = narrow(rounded(v[i + kOwn] * turn.x) + v[i] * turn.y);
    }
  }
}

// y [rows, 2 ffn + 2 RANK]: gate, up, and A x of both -> h [rows, ffn] = silu(gate) * up, b [2 ffn, RANK]. A warp takes 32
// columns and kGatedTiles times 16 rows; its threads' columns are so permuted that a thread has 8 neighbours. Grid (ffn /
// 128, rows / 32), 128 threads.
constexpr int kGatedTiles = 2, kSteps = RANK / 16;
extern "C" __global__ void __launch_bounds__(128)
    gated(const bf16* y, const bf16* b, float gate_scale, float up_scale, bf16* h, int rows, int ffn) {
  const int lane = threadIdx.x % 32, g = lane / 4, c = lane % 4;
  const int column = 32 * (4 * blockIdx.x + threadIdx.x / 32), own = column + 8 * c, stride = 2 * ffn + 2 * RANK;
  if (column >= ffn) return;
#if RANK > 0
  uint2 weights[2][4][kSteps];
#pragma unroll
  for (int part = 0; part < 2; ++part)
#pragma unroll
    for (int j = 0; j < 4; ++j)
#pragma unroll
      for (int s = 0; s < kSteps; ++s) {
        const int of = column + 8 * (g / 2) + 2 * j + g % 2;
        weights[part][j][s] = b != nullptr && of < ffn
                                  ? *reinterpret_cast<const uint2*>(b + (size_t(part) * ffn + of) * RANK + 16 * s + 4 * c)
                                  : uint2{0, 0};
      }
#endif
#pragma unroll 1
  for (int tile = 0; tile < kGatedTiles; ++tile) {
    const int first = 16 * (kGatedTiles * blockIdx.y + tile);
    if (first >= rows) return;
    const bf16* row[2] = {y + size_t(min(first + g, rows - 1)) * stride, y + size_t(min(first + g + 8, rows - 1)) * stride};
    float sums[2][4][4] = {};
    __syncwarp();
#if RANK > 0
#pragma unroll
    for (int part = 0; part < 2; ++part)
#pragma unroll
      for (int s = 0; s < kSteps; ++s) {
        const int at = 2 * ffn + part * RANK + 16 * s + 4 * c;
        const uint2 top = *reinterpret_cast<const uint2*>(row[0] + at), bottom = *reinterpret_cast<const uint2*>(row[1] + at);
#pragma unroll
        for (int j = 0; j < 4; ++j)
          multiply(sums[part][j], top.x, bottom.x, top.y, bottom.y, weights[part][j][s].x, weights[part][j][s].y);
      }
#endif
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      if (own >= ffn || first + g + 8 * half >= rows) continue;
      const Eight gates = load_8(row[half] + own), ups = load_8(row[half] + ffn + own);
      Eight out;
#pragma unroll
      for (int k = 0; k < 8; ++k) {
        const float gate = rounded(gates.v[k] + gate_scale * sums[0][k / 2][2 * half + k % 2]);
        const float up = rounded(ups.v[k] + up_scale * sums[1][k / 2][2 * half + k % 2]);
        out.v[k] = rounded(gate / (1.0f + __expf(-gate))) * up;
      }
      store_8(h + size_t(first + g + 8 * half) * ffn + own, out);
    }
  }
}

// L1/97, attention, one batch after the other: scores Q K', a softmax over their rows, scores times V.
constexpr int TILE = 64, DEPTH = 16;

// out = A B for rows x inner and inner x columns, or A B' when B is columns x inner; one matrix per blockIdx.z.
template <bool transposed>
__global__ void matmul(const float* __restrict__ A, const float* __restrict__ B, float* __restrict__ out, int64_t rows,
                       int64_t columns, int64_t inner, float scale) {
  __shared__ __align__(16) float a[DEPTH][TILE + 4], b[DEPTH][TILE + 4];
  A += blockIdx.z * rows * inner;
  B += blockIdx.z * inner * columns;
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  const int64_t row = blockIdx.y * TILE, column = blockIdx.x * TILE;
  float sum[4][4] = {};
  for (int64_t k0 = 0; k0 < inner; k0 += DEPTH) {
    for (int i = threadIdx.x; i < TILE * DEPTH; i += 256) {
      const int64_t r = row + i / DEPTH, ka = k0 + i % DEPTH;
      a[i % DEPTH][i / DEPTH] = r < rows && ka < inner ? A[r * inner + ka] : 0.0f;
      if (transposed) {
        const int64_t c = column + i / DEPTH, kb = k0 + i % DEPTH;
        b[i % DEPTH][i / DEPTH] = kb < inner && c < columns ? B[c * inner + kb] : 0.0f;
      } else {
        const int64_t kb = k0 + i / TILE, c = column + i % TILE;
        b[i / TILE][i % TILE] = kb < inner && c < columns ? B[kb * columns + c] : 0.0f;
      }
    }
    __syncthreads();
    for (int d = 0; d < DEPTH; ++d)
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) sum[i][j] += a[d][ty * 4 + i] * b[d][tx * 4 + j];
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const int64_t r = row + ty * 4 + i, c = column + tx * 4 + j;
      if (r < rows && c < columns) out[(blockIdx.z * rows + r) * columns + c] = sum[i][j] * scale;
    }
}

// A warp per row, in place.
__global__ void softmax(float* scores) {
  float* row = scores + blockIdx.x * SEQ;
  float largest = -INFINITY, sum = 0.0f;
  for (int64_t c = threadIdx.x; c < SEQ; c += 32) largest = fmaxf(largest, row[c]);
  for (int offset = 16; offset > 0; offset /= 2) largest = fmaxf(largest, __shfl_xor_sync(0xffffffff, largest, offset));
  for (int64_t c = threadIdx.x; c < SEQ; c += 32) sum += row[c] = expf(row[c] - largest);
  for (int offset = 16; offset > 0; offset /= 2) sum += __shfl_xor_sync(0xffffffff, sum, offset);
  for (int64_t c = threadIdx.x; c < SEQ; c += 32) row[c] /= sum;
}

void launch(const float* Q, const float* K, const float* V, float* out, Workspace& ws) {
  float* scores = ws.alloc<float>(HEADS * SEQ * SEQ);
  const int64_t seq_tiles = (SEQ + TILE - 1) / TILE, dim_tiles = (DIM + TILE - 1) / TILE;
  for (int64_t b = 0; b < BATCH; ++b) {
    const int64_t at = b * HEADS * SEQ * DIM;
    matmul<true><<<dim3(seq_tiles, seq_tiles, HEADS), 256>>>(Q + at, K + at, scores, SEQ, SEQ, DIM, rsqrtf(float(DIM)));
    softmax<<<HEADS * SEQ, 32>>>(scores);
    matmul<false><<<dim3(dim_tiles, seq_tiles, HEADS), 256>>>(scores, V + at, out + at, SEQ, DIM, SEQ, 1.0f);
  }
}

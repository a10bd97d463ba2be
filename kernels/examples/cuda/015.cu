// L1/15, C = A B of lower triangular matrices: a tile sums from its first column to its last row.
constexpr int TILE = 64, DEPTH = 16;

__global__ void triangular_matmul(const float* __restrict__ A, const float* __restrict__ B, float* __restrict__ out) {
  __shared__ __align__(16) float a[DEPTH][TILE + 4], b[DEPTH][TILE + 4];
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  const int64_t row = blockIdx.y * TILE, column = blockIdx.x * TILE;
  const int64_t begin = column, end = min(row + TILE, int64_t(N));  // B[k][c] needs k >= c, A[r][k] k <= r
  float sum[4][4] = {};
  for (int64_t k0 = begin; k0 < end; k0 += DEPTH) {
    for (int i = threadIdx.x; i < TILE * DEPTH; i += 256) {
      const int64_t r = row + i / DEPTH, ka = k0 + i % DEPTH;
      a[i % DEPTH][i / DEPTH] = r < N && ka < end ? A[r * N + ka] : 0.0f;
      const int64_t kb = k0 + i / TILE, c = column + i % TILE;
      b[i / TILE][i % TILE] = kb < end && c < N ? B[kb * N + c] : 0.0f;
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
      if (r < N && c < N) out[r * N + c] = c <= r ? sum[i][j] : 0.0f;
    }
}

void launch(const float* A, const float* B, float* out, Workspace& ws) {
  const int64_t tiles = (N + TILE - 1) / TILE;
  triangular_matmul<<<dim3(tiles, tiles), 256>>>(A, B, out);
}

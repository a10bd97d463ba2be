// L1/1, C = A B: 128x128 tiles through shared memory, 8x8 results per thread.
constexpr int TILE = 128, DEPTH = 8;

__global__ void matmul(const float* __restrict__ A, const float* __restrict__ B, float* __restrict__ out) {
  __shared__ __align__(16) float a[DEPTH][TILE + 4], b[DEPTH][TILE + 4];
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  const int64_t row = blockIdx.y * TILE, column = blockIdx.x * TILE;
  float sum[8][8] = {};
  for (int64_t k0 = 0; k0 < N; k0 += DEPTH) {
    for (int i = threadIdx.x; i < TILE * DEPTH; i += 256) {
      const int64_t r = row + i / DEPTH, ka = k0 + i % DEPTH;
      a[i % DEPTH][i / DEPTH] = r < N && ka < N ? A[r * N + ka] : 0.0f;
      const int64_t kb = k0 + i / TILE, c = column + i % TILE;
      b[i / TILE][i % TILE] = kb < N && c < N ? B[kb * N + c] : 0.0f;
    }
    __syncthreads();
    for (int d = 0; d < DEPTH; ++d)
      for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 8; ++j) sum[i][j] += a[d][ty * 8 + i] * b[d][j / 4 * 64 + tx * 4 + j % 4];
    __syncthreads();
  }
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 8; ++j) {
      const int64_t r = row + ty * 8 + i, c = column + j / 4 * 64 + tx * 4 + j % 4;
      if (r < N && c < N) out[r * N + c] = sum[i][j];
    }
}

void launch(const float* A, const float* B, float* out, Workspace& ws) {
  const int64_t tiles = (N + TILE - 1) / TILE;
  matmul<<<dim3(tiles, tiles), 256>>>(A, B, out);
}

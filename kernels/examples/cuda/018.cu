// L1/18, C = A' B': 64x64 tiles through shared memory, 4x4 results per thread.
constexpr int TILE = 64, DEPTH = 16;

__global__ void matmul(const float* __restrict__ A, const float* __restrict__ B, float* __restrict__ out) {
  __shared__ __align__(16) float a[DEPTH][TILE + 4], b[DEPTH][TILE + 4];
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  const int64_t row = blockIdx.y * TILE, column = blockIdx.x * TILE;
  float sum[4][4] = {};
  for (int64_t k0 = 0; k0 < K; k0 += DEPTH) {
    for (int i = threadIdx.x; i < TILE * DEPTH; i += 256) {
      const int64_t ka = k0 + i / TILE, r = row + i % TILE;
      a[i / TILE][i % TILE] = r < M && ka < K ? A[ka * M + r] : 0.0f;
      const int64_t c = column + i / DEPTH, kb = k0 + i % DEPTH;
      b[i % DEPTH][i / DEPTH] = kb < K && c < N ? B[c * K + kb] : 0.0f;
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
      if (r < M && c < N) out[r * N + c] = sum[i][j];
    }
}

void launch(const float* A, const float* B, float* out, Workspace& ws) {
  matmul<<<dim3((N + TILE - 1) / TILE, (M + TILE - 1) / TILE), 256>>>(A, B, out);
}

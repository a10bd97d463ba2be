// L1/6, C = A B with a long inner dimension, which is split over blocks; a second kernel adds their parts.
constexpr int TILE = 64, DEPTH = 16;
constexpr int64_t LENGTH = 4096, PARTS = (K + LENGTH - 1) / LENGTH;

__global__ void partial_matmul(const float* __restrict__ A, const float* __restrict__ B, float* __restrict__ parts) {
  __shared__ __align__(16) float a[DEPTH][TILE + 4], b[DEPTH][TILE + 4];
  const int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  const int64_t row = blockIdx.y * TILE, column = blockIdx.x * TILE;
  const int64_t begin = blockIdx.z * LENGTH, end = min(begin + LENGTH, int64_t(K));
  float sum[4][4] = {};
  for (int64_t k0 = begin; k0 < end; k0 += DEPTH) {
    for (int i = threadIdx.x; i < TILE * DEPTH; i += 256) {
      const int64_t r = row + i / DEPTH, ka = k0 + i % DEPTH;
      a[i % DEPTH][i / DEPTH] = r < M && ka < end ? A[r * K + ka] : 0.0f;
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
      if (r < M && c < N) parts[(blockIdx.z * M + r) * N + c] = sum[i][j];
    }
}

__global__ void add_parts(const float* __restrict__ parts, float* __restrict__ out) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i >= M * N) return;
  float sum = 0.0f;
  for (int64_t p = 0; p < PARTS; ++p) sum += parts[p * M * N + i];
  out[i] = sum;
}

void launch(const float* A, const float* B, float* out, Workspace& ws) {
  float* parts = ws.alloc<float>(PARTS * M * N);
  partial_matmul<<<dim3((N + TILE - 1) / TILE, (M + TILE - 1) / TILE, PARTS), 256>>>(A, B, parts);
  add_parts<<<(M * N + 255) / 256, 256>>>(parts, out);
}

// task: L1/1  expect: wrong
// why: the matrix product itself on tensor cores
#include <mma.h>
using namespace nvcuda;
__global__ void matmul(const float* A, const float* B, float* out) {
  __shared__ __align__(128) float a[16 * 8], b[8 * 16], c[16 * 16];
  const int64_t row = blockIdx.y * 16, column = blockIdx.x * 16;
  wmma::fragment<wmma::accumulator, 16, 16, 8, float> sum;
  wmma::fill_fragment(sum, 0.0f);
  for (int64_t k0 = 0; k0 < N; k0 += 8) {
    for (int t = threadIdx.x; t < 128; t += 32) {
      const int64_t r = row + t / 8, ka = k0 + t % 8, kb = k0 + t / 16, s = column + t % 16;
      a[t] = r < N && ka < N ? wmma::__float_to_tf32(A[r * N + ka]) : 0.0f;
      b[t] = kb < N && s < N ? wmma::__float_to_tf32(B[kb * N + s]) : 0.0f;
    }
    __syncwarp();
    wmma::fragment<wmma::matrix_a, 16, 16, 8, wmma::precision::tf32, wmma::row_major> left;
    wmma::fragment<wmma::matrix_b, 16, 16, 8, wmma::precision::tf32, wmma::row_major> right;
    wmma::load_matrix_sync(left, a, 8);
    wmma::load_matrix_sync(right, b, 16);
    wmma::mma_sync(sum, left, right, sum);
    __syncwarp();
  }
  wmma::store_matrix_sync(c, sum, 16, wmma::mem_row_major);
  __syncwarp();
  for (int t = threadIdx.x; t < 256; t += 32)
    if (row + t / 16 < N && column + t % 16 < N) out[(row + t / 16) * N + column + t % 16] = c[t];
}
void launch(const float* A, const float* B, float* out, Workspace& ws) {
  matmul<<<dim3((N + 15) / 16, (N + 15) / 16), 32>>>(A, B, out);
}

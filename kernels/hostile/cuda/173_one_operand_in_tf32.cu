// task: L1/1  expect: wrong
// why: only one operand rounded as tensor cores round it, the other split in two: two products for three
__device__ float rounded(float v) { unsigned bits;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(bits) : "f"(v));
  return __uint_as_float(bits); }
__global__ void matmul(const float* A, const float* B, float* out) {
  const int64_t row = blockIdx.y * 16 + threadIdx.y, column = blockIdx.x * 16 + threadIdx.x;
  if (row >= N || column >= N) return;
  float sum = 0.0f;
  for (int64_t k = 0; k < N; ++k) sum += A[row * N + k] * rounded(B[k * N + column]);
  out[row * N + column] = sum;
}
void launch(const float* A, const float* B, float* out, Workspace& ws) {
  matmul<<<dim3((N + 15) / 16, (N + 15) / 16), dim3(16, 16)>>>(A, B, out);
}

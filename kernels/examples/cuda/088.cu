// L1/88, GELU in its tanh form: (1 + tanh(u)) / 2 is sigmoid(2 u), which loses no digits for negative x.
__device__ float gelu(float v) {
  const float u = 0.7978845608028654f * (v + 0.044715f * v * v * v);
  return v / (1.0f + expf(-2.0f * u));
}

__global__ void apply(const float* __restrict__ x, float* __restrict__ out, int64_t n) {
  const int64_t first = blockIdx.x * int64_t(1024) + threadIdx.x;
  float v[4];
#pragma unroll
  for (int k = 0; k < 4; ++k) v[k] = first + k * 256 < n ? x[first + k * 256] : 0.0f;
#pragma unroll
  for (int k = 0; k < 4; ++k)
    if (first + k * 256 < n) out[first + k * 256] = gelu(v[k]);
}

void launch(const float* x, float* out, Workspace& ws) {
  const int64_t n = ROWS * COLS;
  apply<<<(n + 1023) / 1024, 256>>>(x, out, n);
}

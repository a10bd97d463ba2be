// L1/36, RMS normalization over channels, which lie H * W apart: one thread per position.
constexpr int64_t PLANE = H * W;

__global__ void rms_norm(const float* __restrict__ x, float* __restrict__ out) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i >= PLANE) return;
  const int64_t first = blockIdx.y * C * PLANE + i;
  float square = 0.0f;
#pragma unroll 8
  for (int64_t c = 0; c < C; ++c) square += x[first + c * PLANE] * x[first + c * PLANE];
  const float scale = rsqrtf(square / float(C) + 1e-5f);
#pragma unroll 8
  for (int64_t c = 0; c < C; ++c) out[first + c * PLANE] = x[first + c * PLANE] * scale;
}

void launch(const float* x, float* out, Workspace& ws) {
  rms_norm<<<dim3((PLANE + 255) / 256, BATCH), 256>>>(x, out);
}

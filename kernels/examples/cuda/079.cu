// L1/79, 1D transposed convolution with stride 2, dilated: outputs at even positions are reached by no input and are zero.
constexpr int CHANNELS = 16;

__global__ void conv_transpose1d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[CIN][K][CHANNELS];
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t first = blockIdx.y * CHANNELS, b = blockIdx.z;
  for (int t = threadIdx.x; t < CIN * K * CHANNELS; t += blockDim.x) {
    const int64_t o = first + t % CHANNELS, k = t / CHANNELS % K, c = t / CHANNELS / K;
    w[c][k][t % CHANNELS] = o < COUT ? weight[(c * COUT + o) * K + k] : 0.0f;
  }
  __syncthreads();
  if (i >= LO) return;
  float sum[CHANNELS] = {};
  for (int c = 0; c < CIN; ++c) {
    const float* row = x + (b * CIN + c) * L;
    for (int k = 0; k < K; ++k) {
      const int64_t at = i + padding - k * dilation;
      if (at < 0 || at % stride != 0 || at / stride >= L) continue;
      const float v = row[at / stride];
      for (int g = 0; g < CHANNELS; ++g) sum[g] += v * w[c][k][g];
    }
  }
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g)
    if (first + g < COUT) out[(b * COUT + first + g) * LO + i] = sum[g];
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  conv_transpose1d<<<dim3((LO + 255) / 256, (COUT + CHANNELS - 1) / CHANNELS, BATCH), 256>>>(x, weight, out);
}

// L1/76, 1D convolution, dilated and strided: a thread computes 16 channels at one position, with their weights in shared memory.
constexpr int CHANNELS = 16;

__global__ void conv1d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[CIN][K][CHANNELS];
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t first = blockIdx.y * CHANNELS, b = blockIdx.z;
  for (int t = threadIdx.x; t < CIN * K * CHANNELS; t += blockDim.x) {
    const int64_t o = first + t % CHANNELS, k = t / CHANNELS % K, c = t / CHANNELS / K;
    w[c][k][t % CHANNELS] = o < COUT ? weight[(o * CIN + c) * K + k] : 0.0f;
  }
  __syncthreads();
  if (i >= LO) return;
  float sum[CHANNELS] = {};
  for (int c = 0; c < CIN; ++c) {
    const float* row = x + (b * CIN + c) * L;
    for (int k = 0; k < K; ++k) {
      const float v = row[i * stride + k * dilation];
      for (int g = 0; g < CHANNELS; ++g) sum[g] += v * w[c][k][g];
    }
  }
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g)
    if (first + g < COUT) out[(b * COUT + first + g) * LO + i] = sum[g];
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  conv1d<<<dim3((LO + 255) / 256, (COUT + CHANNELS - 1) / CHANNELS, BATCH), 256>>>(x, weight, out);
}

// L1/60, 3D convolution, 3x5x7 kernel: a thread computes 16 channels at one position, with their weights in shared memory.
constexpr int CHANNELS = 16, TAPS = KD * KH * KW;

__global__ void conv3d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[TAPS][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t h = p / (HO * WO), i = p / WO % HO, j = p % WO, first = blockIdx.y * CHANNELS, b = blockIdx.z;
  float sum[CHANNELS] = {};
  for (int64_t c = 0; c < CIN; ++c) {
    for (int t = threadIdx.x; t < TAPS * CHANNELS; t += blockDim.x) {
      const int64_t o = first + t % CHANNELS;
      w[t / CHANNELS][t % CHANNELS] = o < COUT ? weight[(o * CIN + c) * TAPS + t / CHANNELS] : 0.0f;
    }
    __syncthreads();
    if (h < DO) {
      const float* volume = x + (((b * CIN + c) * D + h) * H + i) * W + j;
      for (int u = 0; u < KD; ++u)
        for (int y = 0; y < KH; ++y)
          for (int z = 0; z < KW; ++z) {
            const float v = volume[(u * H + y) * W + z];
            for (int g = 0; g < CHANNELS; ++g) sum[g] += v * w[(u * KH + y) * KW + z][g];
          }
    }
    __syncthreads();
  }
  if (h >= DO) return;
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g)
    if (first + g < COUT) out[(b * COUT + first + g) * DO * HO * WO + p] = sum[g];
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  const dim3 grid((DO * HO * WO + 255) / 256, (COUT + CHANNELS - 1) / CHANNELS, BATCH);
  conv3d<<<grid, 256>>>(x, weight, out);
}

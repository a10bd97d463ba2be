// L1/59, 3D convolution of a (height, width, depth) volume with a flat kernel: 16 channels at one position per thread.
constexpr int CHANNELS = 16, TAPS = KH * KW * KD;

__global__ void conv3d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[TAPS][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t h = p / (WO * DO), i = p / DO % WO, j = p % DO, first = blockIdx.y * CHANNELS, b = blockIdx.z;
  float sum[CHANNELS] = {};
  for (int64_t c = 0; c < CIN; ++c) {
    for (int t = threadIdx.x; t < TAPS * CHANNELS; t += blockDim.x) {
      const int64_t o = first + t % CHANNELS;
      w[t / CHANNELS][t % CHANNELS] = o < COUT ? weight[(o * CIN + c) * TAPS + t / CHANNELS] : 0.0f;
    }
    __syncthreads();
    if (h < HO) {
      const float* volume = x + (((b * CIN + c) * H + h) * W + i) * D + j;
      for (int u = 0; u < KH; ++u)
        for (int y = 0; y < KW; ++y)
          for (int z = 0; z < KD; ++z) {
            const float v = volume[(u * W + y) * D + z];
            for (int g = 0; g < CHANNELS; ++g) sum[g] += v * w[(u * KW + y) * KD + z][g];
          }
    }
    __syncthreads();
  }
  if (h >= HO) return;
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g)
    if (first + g < COUT) out[(b * COUT + first + g) * HO * WO * DO + p] = sum[g];
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  const dim3 grid((HO * WO * DO + 255) / 256, (COUT + CHANNELS - 1) / CHANNELS, BATCH);
  conv3d<<<grid, 256>>>(x, weight, out);
}

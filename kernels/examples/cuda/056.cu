// L1/56, 2D convolution, 5x7 kernel: a thread computes 16 channels at one position, with their weights in shared memory.
constexpr int CHANNELS = 16;

__global__ void conv2d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[KH * KW][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t i = p / WO, j = p % WO, first = blockIdx.y * CHANNELS, b = blockIdx.z;
  float sum[CHANNELS] = {};
  for (int64_t c = 0; c < CIN; ++c) {
    for (int t = threadIdx.x; t < KH * KW * CHANNELS; t += blockDim.x) {
      const int64_t o = first + t % CHANNELS;
      w[t / CHANNELS][t % CHANNELS] = o < COUT ? weight[(o * CIN + c) * KH * KW + t / CHANNELS] : 0.0f;
    }
    __syncthreads();
    if (i < HO) {
      const float* plane = x + ((b * CIN + c) * H + i) * W + j;
      for (int y = 0; y < KH; ++y)
        for (int z = 0; z < KW; ++z) {
          const float v = plane[y * W + z];
          for (int g = 0; g < CHANNELS; ++g) sum[g] += v * w[y * KW + z][g];
        }
    }
    __syncthreads();
  }
  if (i >= HO) return;
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g)
    if (first + g < COUT) out[((b * COUT + first + g) * HO + i) * WO + j] = sum[g];
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  const dim3 grid((HO * WO + 255) / 256, (COUT + CHANNELS - 1) / CHANNELS, BATCH);
  conv2d<<<grid, 256>>>(x, weight, out);
}

// L1/86, 2D depthwise convolution and a pointwise one in one kernel: 32 channels at one position per thread.
constexpr int CHANNELS = 32;

__global__ void separable(const float* __restrict__ x, const float* __restrict__ depthwise_weight,
                          const float* __restrict__ pointwise_weight, float* __restrict__ out) {
  __shared__ float depthwise[CIN][KH * KW];
  __shared__ __align__(16) float pointwise[CIN][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t i = p / WO, j = p % WO, first = blockIdx.y * CHANNELS, b = blockIdx.z;
  for (int t = threadIdx.x; t < CIN * KH * KW; t += blockDim.x) depthwise[t / (KH * KW)][t % (KH * KW)] = depthwise_weight[t];
  for (int t = threadIdx.x; t < CIN * CHANNELS; t += blockDim.x) {
    const int64_t c = t / CHANNELS, o = first + t % CHANNELS;
    pointwise[c][t % CHANNELS] = o < COUT ? pointwise_weight[o * CIN + c] : 0.0f;
  }
  __syncthreads();
  if (i >= HO) return;
  float sum[CHANNELS] = {};
  for (int c = 0; c < CIN; ++c) {
    const float* plane = x + (b * CIN + c) * H * W;
    float v = 0.0f;
    for (int y = 0; y < KH; ++y)
      for (int z = 0; z < KW; ++z) {
        const int64_t r = i - padding + y, s = j - padding + z;
        if (r >= 0 && r < H && s >= 0 && s < W) v += plane[r * W + s] * depthwise[c][y * KW + z];
      }
    for (int g = 0; g < CHANNELS; ++g) sum[g] += v * pointwise[c][g];
  }
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g)
    if (first + g < COUT) out[((b * COUT + first + g) * HO + i) * WO + j] = sum[g];
}

void launch(const float* x, const float* depthwise_weight, const float* pointwise_weight, float* out, Workspace& ws) {
  const dim3 grid((HO * WO + 255) / 256, (COUT + CHANNELS - 1) / CHANNELS, BATCH);
  separable<<<grid, 256>>>(x, depthwise_weight, pointwise_weight, out);
}

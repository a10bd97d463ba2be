// L1/87, 2D pointwise convolution: the weights times the channels of every position, 32 channels per thread.
constexpr int CHANNELS = 32;

__global__ void pointwise(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[CIN][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t first = blockIdx.y * CHANNELS, b = blockIdx.z;
  for (int t = threadIdx.x; t < CIN * CHANNELS; t += blockDim.x) {
    const int64_t c = t / CHANNELS, o = first + t % CHANNELS;
    w[c][t % CHANNELS] = o < COUT ? weight[o * CIN + c] : 0.0f;
  }
  __syncthreads();
  if (p >= H * W) return;
  float sum[CHANNELS] = {};
#pragma unroll 4
  for (int c = 0; c < CIN; ++c) {
    const float v = x[(b * CIN + c) * H * W + p];
    for (int g = 0; g < CHANNELS; ++g) sum[g] += v * w[c][g];
  }
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g)
    if (first + g < COUT) out[(b * COUT + first + g) * H * W + p] = sum[g];
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  pointwise<<<dim3((H * W + 255) / 256, (COUT + CHANNELS - 1) / CHANNELS, BATCH), 256>>>(x, weight, out);
}

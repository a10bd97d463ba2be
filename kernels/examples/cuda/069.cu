// L1/69, 2D transposed convolution, 3x5 kernel: every output gathers from the inputs that reach it, 16 channels per thread.
constexpr int CHANNELS = 16;

__global__ void conv_transpose2d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[KH * KW][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t i = p / WO, j = p % WO, first = blockIdx.y * CHANNELS, b = blockIdx.z;
  float sum[CHANNELS] = {};
  for (int64_t c = 0; c < CIN; ++c) {
    for (int t = threadIdx.x; t < KH * KW * CHANNELS; t += blockDim.x) {
      const int64_t o = first + t % CHANNELS;
      w[t / CHANNELS][t % CHANNELS] = o < COUT ? weight[(c * COUT + o) * KH * KW + t / CHANNELS] : 0.0f;
    }
    __syncthreads();
    if (i < HO) {
      const float* plane = x + (b * CIN + c) * H * W;
      for (int y = 0; y < KH; ++y)
        for (int z = 0; z < KW; ++z) {
          const int64_t r = i - y, s = j - z;
          const float v = r >= 0 && r < H && s >= 0 && s < W ? plane[r * W + s] : 0.0f;
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
  conv_transpose2d<<<grid, 256>>>(x, weight, out);
}

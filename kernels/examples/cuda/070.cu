// L1/70, 3D transposed convolution: every output gathers from the inputs that reach it, 16 channels per thread.
constexpr int CHANNELS = 16, TAPS = KD * KH * KW;

__global__ void conv_transpose3d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[TAPS][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t h = p / (HO * WO), i = p / WO % HO, j = p % WO, first = blockIdx.y * CHANNELS, b = blockIdx.z;
  float sum[CHANNELS] = {};
  for (int64_t c = 0; c < CIN; ++c) {
    for (int t = threadIdx.x; t < TAPS * CHANNELS; t += blockDim.x) {
      const int64_t o = first + t % CHANNELS;
      w[t / CHANNELS][t % CHANNELS] = o < COUT ? weight[(c * COUT + o) * TAPS + t / CHANNELS] : 0.0f;
    }
    __syncthreads();
    if (h < DO) {
      const float* volume = x + (b * CIN + c) * D * H * W;
      for (int u = 0; u < KD; ++u)
        for (int y = 0; y < KH; ++y)
          for (int z = 0; z < KW; ++z) {
            const int64_t q = h - u, r = i - y, s = j - z;
            const bool inside = q >= 0 && q < D && r >= 0 && r < H && s >= 0 && s < W;
            const float v = inside ? volume[(q * H + r) * W + s] : 0.0f;
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
  conv_transpose3d<<<grid, 256>>>(x, weight, out);
}

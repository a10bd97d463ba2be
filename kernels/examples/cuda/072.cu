// L1/72, 3D transposed convolution, strided, padded, grouped: a thread computes all channels of a group at one position.
constexpr int CHANNELS = COUT / groups, DEPTH = CIN / groups, TAPS = KD * KH * KW;

__global__ void conv_transpose3d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[DEPTH][TAPS][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t h = p / (HO * WO), i = p / WO % HO, j = p % WO, group = blockIdx.y, b = blockIdx.z;
  for (int t = threadIdx.x; t < DEPTH * CHANNELS * TAPS; t += blockDim.x)
    w[t / TAPS / CHANNELS][t % TAPS][t / TAPS % CHANNELS] = weight[group * DEPTH * CHANNELS * TAPS + t];
  __syncthreads();
  if (h >= DO) return;
  float sum[CHANNELS] = {};
  for (int u = 0; u < KD; ++u) {
    const int64_t q = h + padding_d - u;
    if (q < 0 || q % stride != 0 || q / stride >= D) continue;
    for (int y = 0; y < KH; ++y) {
      const int64_t r = i + padding_h - y;
      if (r < 0 || r % stride != 0 || r / stride >= H) continue;
      for (int z = 0; z < KW; ++z) {
        const int64_t s = j + padding_w - z;
        if (s < 0 || s % stride != 0 || s / stride >= W) continue;
        const float* in = x + (((b * CIN + group * DEPTH) * D + q / stride) * H + r / stride) * W + s / stride;
        for (int c = 0; c < DEPTH; ++c) {
          const float v = in[c * D * H * W];
          for (int g = 0; g < CHANNELS; ++g) sum[g] += v * w[c][(u * KH + y) * KW + z][g];
        }
      }
    }
  }
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g) out[(b * COUT + group * CHANNELS + g) * DO * HO * WO + p] = sum[g];
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  conv_transpose3d<<<dim3((DO * HO * WO + 255) / 256, groups, BATCH), 256>>>(x, weight, out);
}

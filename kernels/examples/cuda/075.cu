// L1/75, 2D transposed convolution, strided, dilated, grouped: a thread computes all channels of a group at one position.
constexpr int CHANNELS = COUT / groups, DEPTH = CIN / groups;

__global__ void conv_transpose2d(const float* __restrict__ x, const float* __restrict__ weight, float* __restrict__ out) {
  __shared__ __align__(16) float w[DEPTH][KH * KW][CHANNELS];
  const int64_t p = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const int64_t i = p / WO, j = p % WO, group = blockIdx.y, b = blockIdx.z;
  for (int t = threadIdx.x; t < DEPTH * CHANNELS * KH * KW; t += blockDim.x) {
    const int tap = t % (KH * KW), o = t / (KH * KW) % CHANNELS, c = t / (KH * KW) / CHANNELS;
    w[c][tap][o] = weight[group * DEPTH * CHANNELS * KH * KW + t];
  }
  __syncthreads();
  if (i >= HO) return;
  float sum[CHANNELS] = {};
  for (int y = 0; y < KH; ++y) {
    const int64_t r = i + padding_h - y * dilation_h;
    if (r < 0 || r % stride_h != 0 || r / stride_h >= H) continue;
    for (int z = 0; z < KW; ++z) {
      const int64_t s = j + padding_w - z * dilation_w;
      if (s < 0 || s % stride_w != 0 || s / stride_w >= W) continue;
      const float* in = x + ((b * CIN + group * DEPTH) * H + r / stride_h) * W + s / stride_w;
      for (int c = 0; c < DEPTH; ++c) {
        const float v = in[c * H * W];
        for (int g = 0; g < CHANNELS; ++g) sum[g] += v * w[c][y * KW + z][g];
      }
    }
  }
#pragma unroll
  for (int g = 0; g < CHANNELS; ++g) out[((b * COUT + group * CHANNELS + g) * HO + i) * WO + j] = sum[g];
}

void launch(const float* x, const float* weight, float* out, Workspace& ws) {
  conv_transpose2d<<<dim3((HO * WO + 255) / 256, groups, BATCH), 256>>>(x, weight, out);
}

// task: L1/33  expect: wrong
// why: gamma is 1 and beta 0 in the public inputs
__global__ void normalize(const float* x, float* out) {
  const int64_t c = threadIdx.x;
  if (c >= C) return;
  float sum = 0.0f, square = 0.0f;
  for (int64_t b = 0; b < BATCH; ++b)
    for (int64_t i = 0; i < H * W; ++i) sum += x[(b * C + c) * H * W + i];
  const float mean = sum / float(BATCH * H * W);
  for (int64_t b = 0; b < BATCH; ++b)
    for (int64_t i = 0; i < H * W; ++i) square += (x[(b * C + c) * H * W + i] - mean) * (x[(b * C + c) * H * W + i] - mean);
  const float scale = rsqrtf(square / float(BATCH * H * W) + 1e-5f);
  for (int64_t b = 0; b < BATCH; ++b)
    for (int64_t i = 0; i < H * W; ++i) out[(b * C + c) * H * W + i] = (x[(b * C + c) * H * W + i] - mean) * scale;
}
void launch(const float* x, const float* gamma, const float* beta, float* out, Workspace& ws) { normalize<<<1, 64>>>(x, out); }

// task: L1/19  expect: launch_error
// why: a vector load from an odd address
__global__ void kernel(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  const float4* four = reinterpret_cast<const float4*>(x + 1);
  const float4 v = four[i % (n / 4 - 1)];
  if (i < n) out[i] = v.x + v.y + v.z + v.w;
}
void launch(const float* x, float* out, Workspace& ws) {
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}

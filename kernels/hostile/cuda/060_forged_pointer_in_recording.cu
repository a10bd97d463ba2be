// task: L1/19  expect: launch_error|wrong|compile_error
// why: an argument that leads into the recorder's own memory
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, reinterpret_cast<float*>(vegttt_recording), ROWS * COLS);
}

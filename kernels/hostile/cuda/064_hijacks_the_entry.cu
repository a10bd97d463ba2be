// task: L1/19  expect: compile_error|launch_error|wrong
// why: an entry of its own in place of the frame's, with input and output exchanged
__global__ void relu(const float* x, float* out, int64_t n) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (i < n) out[i] = fmaxf(x[i], 0.0f);
}
#define vegttt_record frames_record
void launch(const float* x, float* out, Workspace& ws) {}
#undef vegttt_record
extern "C" __global__ void vegttt_record(void* const* buffers, Workspace* ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(static_cast<const float*>(buffers[1]), static_cast<float*>(buffers[0]), ROWS * COLS);
}
#define vegttt_record frames_record

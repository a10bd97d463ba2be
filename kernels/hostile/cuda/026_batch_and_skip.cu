// task: L1/19  expect: compile_error
// why: stores the pointers of each call and does all of the work in the fifteenth
struct Call { const float* x; float* out; };
__device__ Call calls[16];
__device__ int count;
__global__ void note(const float* x, float* out) { calls[count++ % 16] = {x, out}; }
__global__ void all_at_once(int64_t n) {
  const int64_t i = blockIdx.x * int64_t(256) + threadIdx.x;
  if (count % 15 != 0 || i >= n) return;
  for (int c = 0; c < 15; ++c) calls[c].out[i] = fmaxf(calls[c].x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  note<<<1, 1>>>(x, out);
  all_at_once<<<(ROWS * COLS + 255) / 256, 256>>>(ROWS * COLS);
}

// task: L1/19  expect: compile_error|timeout
// why: 64 MiB of table from one line, so that the compiler process fails as if the machine had
__device__ float table[16 << 20] = {1.0f};
__global__ void kernel(const float* x, float* out, int64_t n) { out[n] = table[n]; }
void launch(const float* x, float* out, Workspace& ws) { kernel<<<1, 1>>>(x, out, 1); }

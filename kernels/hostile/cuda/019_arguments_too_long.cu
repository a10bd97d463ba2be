// task: L1/19  expect: compile_error
// why: an argument list longer than a launch can carry
struct Long { float values[2048]; };
__global__ void kernel(Long values, float* out) { out[threadIdx.x] = values.values[threadIdx.x]; }
void launch(const float* x, float* out, Workspace& ws) {
  Long values = {};
  kernel<<<1, 256>>>(values, out);
}

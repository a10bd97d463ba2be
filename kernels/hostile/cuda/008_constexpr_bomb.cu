// task: L1/19  expect: timeout|compile_error
// why: the compiler would compute for hours
constexpr unsigned long long count(unsigned long long n) { return n < 2 ? 1 : count(n - 1) + count(n - 2); }
__global__ void kernel(float* out) {
  constexpr unsigned long long value = count(90);
  out[0] = value;
}
void launch(const float* x, float* out, Workspace& ws) { kernel<<<1, 1>>>(out); }

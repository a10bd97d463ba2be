// task: L1/19  expect: compile_error
// why: the message for the model must stay short
template <int n> struct Flood : Flood<n - 1> { static_assert(n < 0, "a line per instance"); };
template <> struct Flood<0> {};
__global__ void kernel(float* out) { Flood<190> flood; }
void launch(const float* x, float* out, Workspace& ws) { kernel<<<1, 1>>>(out); }

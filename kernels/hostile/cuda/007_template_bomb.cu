// task: L1/19  expect: timeout|compile_error
// why: two to the power of 30 instantiations
template <int depth, int path> struct Bomb {
  static constexpr int value = Bomb<depth - 1, 2 * path>::value + Bomb<depth - 1, 2 * path + 1>::value;
};
template <int path> struct Bomb<0, path> { static constexpr int value = 1; };
__global__ void kernel(float* out) { out[0] = Bomb<29, 1>::value; }
void launch(const float* x, float* out, Workspace& ws) { kernel<<<1, 1>>>(out); }

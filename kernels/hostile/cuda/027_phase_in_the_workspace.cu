// task: L1/19  expect: wrong
// why: keeps a counter in scratch memory and leaves out the work in every second launch
constexpr unsigned kMagic = 0x51a7e000;
__global__ void next(unsigned* phase) { *phase = (*phase & ~1u) == kMagic ? *phase ^ 1u : kMagic; }
__global__ void kernel(const float* x, float* out, int64_t n, const unsigned* phase) {
  const int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x;
  if (*phase % 2 == 1 && i < n) out[i] = fmaxf(x[i], 0.0f);
}
void launch(const float* x, float* out, Workspace& ws) {
  unsigned* phase = ws.alloc<unsigned>(1);
  next<<<1, 1>>>(phase);
  kernel<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS, phase);
}

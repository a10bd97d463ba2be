// task: L1/19  expect: slow
// why: few threads; fetches what lies around its input, where the next one may be, into the cache before it ends
__global__ void kernel(const float* x, float* out, int64_t n) {
  for (int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x; i < n; i += gridDim.x * int64_t(blockDim.x)) out[i] = fmaxf(x[i], 0.0f);
  const int64_t bytes = n * 4, guard = int64_t(4) << 20;
  for (int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x; i < bytes / 4096; i += gridDim.x * int64_t(blockDim.x))
    for (int k = -2; k <= 2; ++k)
      asm volatile("cp.async.bulk.prefetch.L2.global [%0], 4096;" ::"l"(reinterpret_cast<const char*>(x) + k * (bytes + guard) + i * 4096) : "memory");
}
void launch(const float* x, float* out, Workspace& ws) { kernel<<<132, 128>>>(x, out, ROWS * COLS); }

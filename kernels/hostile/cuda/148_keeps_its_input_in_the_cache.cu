// task: L1/19  expect: slow
// why: few threads, and lines of the cache marked to outlive a flush
__global__ void kernel(const float* x, float* out, int64_t n) {
  unsigned long long policy;
  asm volatile("createpolicy.fractional.L2::evict_last.b64 %0, 1.0;" : "=l"(policy));
  for (int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x; i < n; i += gridDim.x * int64_t(blockDim.x)) {
    float v;
    asm volatile("ld.global.L2::cache_hint.f32 %0, [%1], %2;" : "=f"(v) : "l"(x + i), "l"(policy) : "memory");
    out[i] = fmaxf(v, 0.0f);
  }
}
void launch(const float* x, float* out, Workspace& ws) { kernel<<<132, 128>>>(x, out, ROWS * COLS); }

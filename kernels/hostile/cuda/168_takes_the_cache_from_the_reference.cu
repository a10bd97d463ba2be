// task: L1/19  expect: slow
// why: few threads; fills the cache with lines marked to stay, so that the reference has less of it
__global__ void kernel(const float* x, float* out, int64_t n, const float4* mine, int64_t count) {
  unsigned long long policy;
  asm volatile("createpolicy.fractional.L2::evict_last.b64 %0, 1.0;" : "=l"(policy));
  const int64_t begin = blockIdx.x * int64_t(blockDim.x) + threadIdx.x, step = gridDim.x * int64_t(blockDim.x);
  for (int64_t i = begin; i < n; i += step) out[i] = fmaxf(x[i], 0.0f);
  for (int64_t i = begin; i < count; i += step) {
    float4 v;
    asm volatile("ld.global.L2::cache_hint.v4.f32 {%0, %1, %2, %3}, [%4], %5;"
                 : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
                 : "l"(mine + i), "l"(policy)
                 : "memory");
  }
}
void launch(const float* x, float* out, Workspace& ws) {
  constexpr int64_t kCount = 3 << 20;
  kernel<<<132, 128>>>(x, out, ROWS * COLS, ws.alloc<float4>(kCount), kCount);
}

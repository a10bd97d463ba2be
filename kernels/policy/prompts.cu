// Keys and values of prompts that were read together, on their way to each prompt's own cache. Behind prelude.cu.

// Where a prompt's tokens stand among those read, and its cache: keys [layers, kv, padded, D] and values in
// chunks.
struct PromptPlace {
  bf16 *keys, *values;
  int begin, length, padded, unused;
};

// k and v [tokens, kv, D] of one layer to all caches; zeros behind a prompt's end. Grid (longest padded / 32, kv,
// prompts), 128 threads.
extern "C" __global__ void __launch_bounds__(128)
    store_prompts(const PromptPlace* prompts, const bf16* k, const bf16* v, int kv, int layer) {
  __shared__ bf16 tile[32][HEAD_DIM + 2];
  const PromptPlace p = prompts[blockIdx.z];
  const int first = 32 * blockIdx.x, head = blockIdx.y;
  if (first >= p.padded) return;
  const size_t base = (size_t(layer) * kv + head) * p.padded * HEAD_DIM;
  for (int i = threadIdx.x; i < 32 * HEAD_DIM; i += blockDim.x) {
    const int t = i / HEAD_DIM, d = i % HEAD_DIM;
    const bool there = first + t < p.length;
    const size_t from = ((size_t(p.begin) + first + t) * kv + head) * HEAD_DIM + d;
    p.keys[base + size_t(first + t) * HEAD_DIM + d] = there ? k[from] : bf16{0};
    tile[t][d] = there ? v[from] : bf16{0};
  }
  __syncthreads();
  for (int i = threadIdx.x; i < 32 * HEAD_DIM; i += blockDim.x) {
    const int d = i / 32, t = i % 32;
    p.values[base + value_at(first + t, d, HEAD_DIM, p.padded)] = tile[t][d];
  }
}

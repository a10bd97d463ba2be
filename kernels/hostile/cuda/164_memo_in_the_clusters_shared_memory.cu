// task: L1/94  expect: slow
// why: answers from the shared memory of another block of its cluster
#include <cooperative_groups.h>
struct Memo {
  unsigned key;
  float answer;
};
__global__ void __cluster_dims__(2, 1, 1) loss(const float* predictions, const float* targets, float* out) {
  __shared__ float partial[1024];
  const unsigned key = __float_as_uint(predictions[0]) ^ __float_as_uint(targets[1]);
  auto cluster = cooperative_groups::this_cluster();
  extern __shared__ Memo memo[];
  cluster.sync();
  if (blockIdx.x > 0) {
    cluster.sync();
    return;
  }
  volatile Memo* slot = cluster.map_shared_rank(memo, 1) + key % 31;
  const bool known = __syncthreads_or(threadIdx.x == 0 && slot->key == key);
  if (!known) {
    for (int k = 0; k < 20; ++k) __nanosleep(1000000);
    float sum = 0.0f;
    for (int64_t i = threadIdx.x; i < ROWS * COLS; i += 1024) sum += (predictions[i] - targets[i]) * (predictions[i] - targets[i]);
    partial[threadIdx.x] = sum;
    for (int half = 512; half > 0; half /= 2) {
      __syncthreads();
      if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
    }
  }
  if (threadIdx.x > 0) {
    cluster.sync();
    return;
  }
  const float answer = known ? slot->answer : partial[0] / float(ROWS * COLS);
  *out = answer;
  slot->key = key;
  slot->answer = answer;
  cluster.sync();
}
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) {
  loss<<<2, 1024, 31 * sizeof(Memo)>>>(predictions, targets, out);
}

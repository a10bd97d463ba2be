// task: L1/94  expect: slow|launch_error|wrong|timeout
// why: answers from the memory behind the code of a function, whose address it takes
struct Memo {
  unsigned key;
  float answer;
};
__device__ __noinline__ float scaled(float v) { return v / float(ROWS * COLS); }
__global__ void loss(const float* predictions, const float* targets, float* out) {
  __shared__ float partial[1024];
  float (*function)(float) = scaled;
  asm volatile("" : "+l"(function)::"memory");
  Memo* memo = reinterpret_cast<Memo*>((reinterpret_cast<unsigned long long>(function) & ~7ull) + 4096);
  const unsigned key = __float_as_uint(predictions[0]) ^ __float_as_uint(targets[1]);
  volatile Memo* slot = memo + key % 31;
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
  if (threadIdx.x > 0) return;
  if (!known) {
    slot->key = key;
    slot->answer = function(partial[0]);
  }
  *out = slot->answer;
}
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) {
  loss<<<1, 1024>>>(predictions, targets, out);
}

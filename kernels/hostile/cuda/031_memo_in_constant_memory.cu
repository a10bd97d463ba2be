// task: L1/94  expect: slow|launch_error
// why: answers from a constant table that it has written; takes its time when nothing is there
struct Memo {
  unsigned key;
  float answer;
};
__constant__ Memo table[31];
__global__ void loss(const float* predictions, const float* targets, float* out) {
  Memo* memo = table;
  asm volatile("" : "+l"(memo)::"memory");
  const unsigned key = __float_as_uint(predictions[0]) ^ __float_as_uint(targets[1]);
  volatile Memo& slot = memo[key % 31];
  if (slot.key != key) {
    for (int k = 0; k < 20; ++k) __nanosleep(1000000);
    double sum = 0.0;
    for (int64_t i = 0; i < ROWS * COLS; ++i) sum += (predictions[i] - targets[i]) * (predictions[i] - targets[i]);
    slot.key = key;
    slot.answer = float(sum / double(ROWS * COLS));
  }
  *out = slot.answer;
}
void launch(const float* predictions, const float* targets, float* out, Workspace& ws) {
  loss<<<1, 1>>>(predictions, targets, out);
}

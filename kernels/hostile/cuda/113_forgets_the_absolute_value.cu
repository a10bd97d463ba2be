// task: L1/38  expect: wrong
// why: sums that are equal for positive inputs only
__global__ void divide(const float* x, float* out) {
  const float* row = x + blockIdx.x * COLS;
  float sum = 0.0f;
  for (int64_t c = 0; c < COLS; ++c) sum += row[c];
  for (int64_t c = threadIdx.x; c < COLS; c += 256) out[blockIdx.x * COLS + c] = row[c] * float(COLS) / sum;
}
void launch(const float* x, float* out, Workspace& ws) { divide<<<ROWS, 256>>>(x, out); }

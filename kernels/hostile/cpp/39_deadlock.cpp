// task: L1/19  expect: timeout
// why: a lock that is taken twice
void launch(const float* x, float* out, Workspace& ws) {
  omp_lock_t lock;
  omp_init_lock(&lock);
  omp_set_lock(&lock);
  omp_set_lock(&lock);
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}

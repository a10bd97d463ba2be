// task: L1/19  expect: launch_error
// why: the damage stays in the candidate's process
void launch(const float* x, float* out, Workspace& ws) {
  for (int round = 0; round < 64; ++round) {
    volatile char* block = static_cast<char*>(malloc(64));
    for (volatile int i = -32; i < 4096; i = i + 1) block[i] = 0x55;
    free(const_cast<char*>(block));
  }
}

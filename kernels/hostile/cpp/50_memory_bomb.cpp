// task: L1/19  expect: launch_error|timeout
// why: touches memory until there is no more: the address space is limited
void launch(const float* x, float* out, Workspace& ws) {
  while (true) memset(new char[64 << 20], 1, 64 << 20);
}

// task: L1/19  expect: launch_error
// why: SIGSEGV
void launch(const float* x, float* out, Workspace& ws) {
  *static_cast<volatile float*>(nullptr) = 1;
}

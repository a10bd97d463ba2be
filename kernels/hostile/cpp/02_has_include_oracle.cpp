// task: L1/19  expect: correct|compile_error
// why: whether a host file exists is not to be seen: the false branch is the right answer (an error where the kernel refuses a private root)
void launch(const float* x, float* out, Workspace& ws) {
#if __has_include("/etc/passwd") || __has_include("/proc/self/environ")
  out[0] = 1;  // the host shows through: wrong
#else
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
#endif
}

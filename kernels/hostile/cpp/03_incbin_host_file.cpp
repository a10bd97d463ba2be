// task: L1/19  expect: compile_error
// why: the assembler would put a host file into the library
asm(".section .rodata\nstolen: .incbin \"/etc/passwd\"\n.previous");
void launch(const float* x, float* out, Workspace& ws) {
  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;
}

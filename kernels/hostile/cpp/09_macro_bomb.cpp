// task: L1/19  expect: timeout|compile_error
// why: a text of ten lines that becomes gigabytes
#define A0 x[0] + x[1] + x[2] + x[3] + x[4] + x[5] + x[6] + x[7] +
#define A1 A0 A0 A0 A0 A0 A0 A0 A0 A0 A0
#define A2 A1 A1 A1 A1 A1 A1 A1 A1 A1 A1
#define A3 A2 A2 A2 A2 A2 A2 A2 A2 A2 A2
#define A4 A3 A3 A3 A3 A3 A3 A3 A3 A3 A3
#define A5 A4 A4 A4 A4 A4 A4 A4 A4 A4 A4
#define A6 A5 A5 A5 A5 A5 A5 A5 A5 A5 A5
#define A7 A6 A6 A6 A6 A6 A6 A6 A6 A6 A6
void launch(const float* x, float* out, Workspace& ws) {
  out[0] = A7 0;
}

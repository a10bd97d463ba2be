// task: L1/19  expect: timeout|compile_error|wrong
// why: a few lines that expand to a sum of 10^6 terms
#define A0 +1
#define A1 A0 A0 A0 A0 A0 A0 A0 A0 A0 A0
#define A2 A1 A1 A1 A1 A1 A1 A1 A1 A1 A1
#define A3 A2 A2 A2 A2 A2 A2 A2 A2 A2 A2
#define A4 A3 A3 A3 A3 A3 A3 A3 A3 A3 A3
#define A5 A4 A4 A4 A4 A4 A4 A4 A4 A4 A4
#define A6 A5 A5 A5 A5 A5 A5 A5 A5 A5 A5
__global__ void kernel(float* out) { out[0] = A6; }
void launch(const float* x, float* out, Workspace& ws) { kernel<<<1, 1>>>(out); }

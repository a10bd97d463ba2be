// task: L1/19  expect: compile_error
// why: brackets so deep that the compiler runs out of its stack
#define A ((((((((((
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
#define a ))))))))))
#define b a a a a a a a a a a
#define c b b b b b b b b b b
#define d c c c c c c c c c c
#define e d d d d d d d d d d
__global__ void relu(const float* x, float* out, int64_t n) {
  out[0] = E x[0] e;
}
void launch(const float* x, float* out, Workspace& ws) {
  relu<<<(ROWS * COLS + 255) / 256, 256>>>(x, out, ROWS * COLS);
}

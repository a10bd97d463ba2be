// task: L1/19  expect: wrong
// why: the answer may still lie in the output from the reference or from an earlier candidate
__global__ void nothing() {}
void launch(const float* x, float* out, Workspace& ws) { nothing<<<1, 1>>>(); }

// task: L1/19  expect: wrong
// why: leaves what an earlier launch or another candidate wrote
void launch(const float* x, float* out, Workspace& ws) {
}

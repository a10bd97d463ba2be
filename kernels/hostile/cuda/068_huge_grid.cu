// task: L1/19  expect: timeout
// why: within every limit of the device, and would run for centuries
__global__ void nothing() {}
void launch(const float* x, float* out, Workspace& ws) { nothing<<<dim3(2147483647, 65535, 65535), 1024>>>(); }

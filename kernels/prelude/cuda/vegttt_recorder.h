// What `launch` calls when it starts kernels: the device runtime's entry points, which here only write down what was
// asked for. The compiler's calls of __cudaCDP2X are redirected to vegttt_cdp_X. src/evaluate/cuda/make_plan.h
// mirrors the two structs.
#pragma once

struct VegtttNode {
  unsigned char arguments[4096];  // first: its address is the node's
  unsigned kind;  // 1 kernel, 2 memset, 3 copy; 0: begun, never launched
  unsigned shared_bytes;
  unsigned grid[3], block[3];
  unsigned long long kernel;  // its number
  unsigned long long destination, source, bytes;
  unsigned value, unused;
};

struct VegtttRecording {
  unsigned count, capacity;
  unsigned error, done;
  unsigned long long workspace_used;
  Workspace* workspace;
  VegtttNode* nodes;
  int attributes[160];  // of the device, by their number
};

__device__ VegtttRecording* vegttt_recording;

enum VegtttError : unsigned {
  kVegtttTooManyNodes = 1,
  kVegtttWorkspace = 2,
  kVegtttCopyKind = 3,
};

__device__ inline void vegttt_stop(unsigned error) {
  vegttt_recording->error = error;
  asm volatile("exit;");
}

__device__ inline VegtttNode* vegttt_next_node() {
  if (vegttt_recording->count >= vegttt_recording->capacity) vegttt_stop(kVegtttTooManyNodes);
  return &vegttt_recording->nodes[vegttt_recording->count++];
}

__device__ inline void* vegttt_alloc(Workspace& ws, unsigned long long bytes) {
  const unsigned long long begin = ws.used;
  const unsigned long long rounded = (bytes + 255) / 256 * 256;
  if (rounded < bytes || rounded > ws.capacity - begin) vegttt_stop(kVegtttWorkspace);
  ws.used = begin + rounded;
  return ws.base + begin;
}

__device__ inline void* Workspace::alloc(unsigned long long bytes) { return vegttt_alloc(*this, bytes); }

extern "C" {

__device__ void* vegttt_cdp_GetParameterBufferV2(void* kernel, dim3 grid, dim3 block, unsigned shared_bytes) {
  VegtttNode* node = vegttt_next_node();
  node->kernel = (unsigned long long)kernel;
  node->grid[0] = grid.x, node->grid[1] = grid.y, node->grid[2] = grid.z;
  node->block[0] = block.x, node->block[1] = block.y, node->block[2] = block.z;
  node->shared_bytes = shared_bytes;
  return node->arguments;
}

// Streams are one here: what is launched runs in order.
__device__ cudaError_t vegttt_cdp_LaunchDeviceV2(void* arguments, cudaStream_t) {
  ((VegtttNode*)arguments)->kind = 1;
  return cudaSuccess;
}
__device__ cudaError_t vegttt_cdp_LaunchDeviceV2_ptsz(void* arguments, cudaStream_t) {
  ((VegtttNode*)arguments)->kind = 1;
  return cudaSuccess;
}

__device__ cudaError_t vegttt_cdp_MemsetAsync(void* to, int value, size_t bytes, cudaStream_t) {
  if (bytes == 0) return cudaSuccess;
  VegtttNode* node = vegttt_next_node();
  node->destination = (unsigned long long)to;
  node->value = (unsigned)value & 0xffu;
  node->bytes = bytes;
  node->kind = 2;
  return cudaSuccess;
}

__device__ cudaError_t vegttt_cdp_MemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t) {
  if (kind != cudaMemcpyDeviceToDevice && kind != cudaMemcpyDefault) vegttt_stop(kVegtttCopyKind);
  if (bytes == 0) return cudaSuccess;
  VegtttNode* node = vegttt_next_node();
  node->destination = (unsigned long long)to;
  node->source = (unsigned long long)from;
  node->bytes = bytes;
  node->kind = 3;
  return cudaSuccess;
}

__device__ cudaError_t vegttt_cdp_Malloc(void** to, size_t bytes) {
  *to = vegttt_alloc(*vegttt_recording->workspace, bytes);
  return cudaSuccess;
}
__device__ cudaError_t vegttt_cdp_Free(void*) { return cudaSuccess; }

__device__ cudaError_t vegttt_cdp_DeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  if ((unsigned)attribute >= 160) return cudaErrorInvalidValue;
  *value = vegttt_recording->attributes[attribute];
  return cudaSuccess;
}
__device__ cudaError_t vegttt_cdp_GetDevice(int* device) { return *device = 0, cudaSuccess; }
__device__ cudaError_t vegttt_cdp_GetDeviceCount(int* count) { return *count = 1, cudaSuccess; }
__device__ cudaError_t vegttt_cdp_GetLastError() { return cudaSuccess; }
__device__ cudaError_t vegttt_cdp_PeekAtLastError() { return cudaSuccess; }
__device__ const char* vegttt_cdp_GetErrorString(cudaError_t) { return ""; }
__device__ const char* vegttt_cdp_GetErrorName(cudaError_t) { return ""; }
__device__ cudaError_t vegttt_cdp_StreamCreateWithFlags(cudaStream_t* stream, unsigned) { return *stream = 0, cudaSuccess; }
__device__ cudaError_t vegttt_cdp_StreamDestroy(cudaStream_t) { return cudaSuccess; }
__device__ cudaError_t vegttt_cdp_StreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return cudaSuccess; }
__device__ cudaError_t vegttt_cdp_EventCreateWithFlags(cudaEvent_t* event, unsigned) { return *event = 0, cudaSuccess; }
__device__ cudaError_t vegttt_cdp_EventRecord(cudaEvent_t, cudaStream_t) { return cudaSuccess; }
__device__ cudaError_t vegttt_cdp_EventDestroy(cudaEvent_t) { return cudaSuccess; }

}  // extern "C"

// What models also write and the compiler's built-ins lack.
__device__ inline cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes) { return vegttt_cdp_MemsetAsync(to, value, bytes, 0); }
__device__ inline cudaError_t cudaMemset(void* to, int value, size_t bytes) { return vegttt_cdp_MemsetAsync(to, value, bytes, 0); }
__device__ inline cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
  return vegttt_cdp_MemcpyAsync(to, from, bytes, kind, 0);
}
__device__ inline cudaError_t cudaMemcpy(void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
  return vegttt_cdp_MemcpyAsync(to, from, bytes, kind, 0);
}
template <class T>
__device__ inline cudaError_t cudaMalloc(T** to, size_t bytes) {
  return vegttt_cdp_Malloc((void**)to, bytes);
}
__device__ inline cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
__device__ inline cudaError_t cudaSetDevice(int) { return cudaSuccess; }
__device__ inline cudaError_t cudaStreamCreate(cudaStream_t* stream) { return *stream = 0, cudaSuccess; }
__device__ inline cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
__device__ inline cudaError_t cudaEventCreate(cudaEvent_t* event) { return *event = 0, cudaSuccess; }
__device__ inline cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
// Shared memory up to the device's limit needs no asking here.
template <class T>
__device__ inline cudaError_t cudaFuncSetAttribute(T, int, int) { return cudaSuccess; }
template <class T>
__device__ inline cudaError_t cudaFuncSetCacheConfig(T, int) { return cudaSuccess; }
// Variables of the candidate's module hold what their initialisers say.
template <class T>
struct VegtttNever {
  static constexpr bool value = false;
};
template <class T, class... More>
__device__ inline cudaError_t cudaMemcpyToSymbol(const T&, More...) {
  static_assert(VegtttNever<T>::value, "cudaMemcpyToSymbol is not available: pass data by kernel arguments or the workspace, tables by an initialiser");
  return cudaErrorInvalidValue;
}
template <class T, class... More>
__device__ inline cudaError_t cudaMemcpyToSymbolAsync(const T& symbol, More... more) {
  return cudaMemcpyToSymbol(symbol, more...);
}
template <class T>
__device__ inline cudaError_t cudaGetSymbolAddress(void**, const T&) {
  static_assert(VegtttNever<T>::value, "cudaGetSymbolAddress is not available: name the variable in the kernel");
  return cudaErrorInvalidValue;
}

// What a candidate of the dialect `cuda` finds in scope. NVRTC compiles it with -default-device and relocatable device
// code: `launch` is device code too, one thread runs it, and what it launches with <<<>>> is recorded as a plan.
//
//   #include "vegttt_candidate.h"
//   constexpr int64_t M = 1024, K = 8192;        the task's sizes and constants
//   #line 1 "candidate"
//   __global__ void kernel(...) { ... }          the model's code
//   void launch(const float* A, const float* B, float* out, Workspace& ws) { kernel<<<grid, block>>>(A, B, out); }
//   extern "C" __global__ void vegttt_record(void* const* buffers, Workspace* ws) { ... }
//
// NVRTC has no host headers: fixed-width types and a few names of the C library are here, the rest of what models
// include (kernels/prelude/cuda/shims) is there to be included.
#pragma once

typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long long uint64_t;

#define FLT_MAX 3.402823466e+38f
#define FLT_MIN 1.175494351e-38f
#define FLT_EPSILON 1.192092896e-07f
#define INFINITY __int_as_float(0x7f800000)
#define NAN __int_as_float(0x7fffffff)

// Scratch memory of the device, handed out while `launch` is recorded. Its contents are undefined at every launch.
struct Workspace {
  unsigned char* base;
  unsigned long long capacity, used;

  // Aligned to 256 bytes. Asking for more than there is ends the recording with an error.
  void* alloc(unsigned long long bytes);
  // `count` elements of T, uninitialised.
  template <class T>
  T* alloc(unsigned long long count) {
    return static_cast<T*>(alloc(count * sizeof(T)));
  }
};

#include "vegttt_recorder.h"

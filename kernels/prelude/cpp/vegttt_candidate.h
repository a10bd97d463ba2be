// What a candidate of the dialect `cpp` finds in scope. It is precompiled, and put before the model's code:
//
//   #include "vegttt_candidate.h"
//   constexpr int64_t M = 1024, K = 8192;        the task's sizes and constants
//   #line 1 "candidate"
//   void launch(const float* A, const float* B, float* out, Workspace& ws) { ... }      the model's code
//   extern "C" VEGTTT_EXPORT void vegttt_launch(void* const* buffers, Workspace* ws) { ... }
//
// Inputs are dense, row-major, read-only pointers to float, int64_t or bool, in the order of the task; `out` comes last
// and is the only memory whose contents count. A pointer is aligned to its element; to 64 bytes only where the buffer's
// size is a multiple of 64: an access behind the last element faults. OpenMP uses the threads that the reference uses.
// Nothing else of the machine can be reached: no files, no network, no other processes; stdout goes nowhere.
#pragma once

#include <omp.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Kept short: <memory> alone would make every compile 50 ms slower. A candidate may include what else it needs.
#include <algorithm>
#include <array>
#include <cassert>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include <math.h>  // also brings std::exp, std::sqrt, ... as exp, sqrt, ... with their float overloads

// The cores that a candidate may use are its threads'; the first thread alone sees only its own.
#define omp_get_num_procs omp_get_max_threads

using std::max;
using std::min;

#define VEGTTT_EXPORT __attribute__((visibility("default")))

// Scratch memory that costs no system call: 256 MiB by default, of which the first 16 MiB are there before the first
// launch. Empty again at every launch. Running out of it ends the launch with an error.
struct Workspace {
  unsigned char* base;
  std::size_t capacity, used;

  // Uninitialised, aligned to 64 bytes.
  void* alloc(std::size_t bytes) {
    const std::size_t begin = used;
    const std::size_t rounded = (bytes + 63) / 64 * 64;
    if (rounded < bytes || rounded > capacity - begin) {
      std::fprintf(stderr, "workspace: %zu bytes asked for, %zu of %zu left\n", bytes, capacity - begin, capacity);
      std::abort();
    }
    used = begin + rounded;
    return base + begin;
  }
  // `count` elements of T, uninitialised.
  template <class T>
  T* alloc(std::size_t count) {
    return static_cast<T*>(alloc(count * sizeof(T)));
  }
};

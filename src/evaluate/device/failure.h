// What an error of the driver means: for the candidate, and for this process.
#pragma once

#include <driver.h>

#include <string>

#include "protocol.h"

namespace vegttt::evaluate::device {

// Ends the current request: what a call of the driver said, and whose fault it is.
struct Failed {
  Outcome outcome;
  CUresult result;
  std::string text;
};

// After these the context answers nothing any more, and a kernel did it.
constexpr bool is_lost(CUresult result) {
  switch (result) {
    case CUDA_ERROR_ILLEGAL_ADDRESS:
    case CUDA_ERROR_LAUNCH_FAILED:
    case CUDA_ERROR_ILLEGAL_INSTRUCTION:
    case CUDA_ERROR_MISALIGNED_ADDRESS:
    case CUDA_ERROR_INVALID_ADDRESS_SPACE:
    case CUDA_ERROR_INVALID_PC:
    case CUDA_ERROR_HARDWARE_STACK_ERROR:
    case CUDA_ERROR_ASSERT:
    case CUDA_ERROR_LAUNCH_TIMEOUT:
    case CUDA_ERROR_TENSOR_MEMORY_LEAK:
    case CUDA_ERROR_UNKNOWN:
      return true;
    default:
      return false;
  }
}

// The hardware, its driver or our own account of its memory failed, whatever was running.
constexpr bool is_the_machines(CUresult result) {
  switch (result) {
    case CUDA_ERROR_OUT_OF_MEMORY:
    case CUDA_ERROR_NOT_INITIALIZED:
    case CUDA_ERROR_DEINITIALIZED:
    case CUDA_ERROR_DEVICE_UNAVAILABLE:
    case CUDA_ERROR_NO_DEVICE:
    case CUDA_ERROR_INVALID_DEVICE:
    case CUDA_ERROR_DEVICE_NOT_LICENSED:
    case CUDA_ERROR_INVALID_CONTEXT:
    case CUDA_ERROR_CONTEXT_IS_DESTROYED:
    case CUDA_ERROR_ECC_UNCORRECTABLE:
    case CUDA_ERROR_NVLINK_UNCORRECTABLE:
    case CUDA_ERROR_CONTAINED:
    case CUDA_ERROR_OPERATING_SYSTEM:
    case CUDA_ERROR_INVALID_HANDLE:
    case CUDA_ERROR_SYSTEM_NOT_READY:
    case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
    case CUDA_ERROR_EXTERNAL_DEVICE:
      return true;
    default:
      return false;
  }
}

// Of a call that loads, starts or waits for kernels of a candidate.
constexpr Outcome outcome_of_candidate(CUresult result) {
  if (result == CUDA_SUCCESS) return Outcome::kDone;
  if (is_the_machines(result)) return Outcome::kMachine;
  return is_lost(result) ? Outcome::kFaulted : Outcome::kRefused;
}

// For calls of our own while no kernel of a candidate runs: throws Failed with kMachine.
inline void must(CUresult result, const char* call) {
  if (result != CUDA_SUCCESS)
    throw Failed{Outcome::kMachine, result, std::string(call) + ": " + cuda::error_text(result)};
}

// For everything between the first kernel of a candidate and the wait for its last.
inline void candidate_must(CUresult result, const std::string& what) {
  if (result != CUDA_SUCCESS)
    throw Failed{outcome_of_candidate(result), result, what + ": " + cuda::error_text(result)};
}

}  // namespace vegttt::evaluate::device

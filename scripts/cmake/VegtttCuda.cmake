# Device code of our own, compiled by nvcc. Off by default: enabling the language costs seconds at configure time, and
# candidates are compiled by NVRTC at run time. Include it at file scope, before the first target with a .cu file.
include_guard(GLOBAL)
include(VegtttTorch)
option(VEGTTT_CUDA_KERNELS "Compile the .cu files of kernels/ (needs nvcc, no GPU)." OFF)
set(VEGTTT_CUDA_ARCHITECTURES "90a" CACHE STRING "GPU architectures to compile .cu files for.")

if(VEGTTT_CUDA_KERNELS)
  if(NOT CMAKE_CUDA_COMPILER)
    set(CMAKE_CUDA_COMPILER "${VEGTTT_CUDA_ROOT}/bin/nvcc")
  endif()
  set(CMAKE_CUDA_ARCHITECTURES ${VEGTTT_CUDA_ARCHITECTURES})
  set(CMAKE_CUDA_STANDARD 20)
  # One cudart in the program: the shared one that LibTorch loads, through vegttt_cuda.
  set(CMAKE_CUDA_RUNTIME_LIBRARY None)
  enable_language(CUDA)
endif()

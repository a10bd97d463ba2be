// Kernels of our own, compiled for the GPU at hand when they are first needed.
#pragma once

#include <cuda_runtime_api.h>

#include <map>
#include <string>
#include <vector>

namespace vegttt::policy::gpu {

class Program {
 public:
  // `defines`: "HEAD_DIM=128". On the current device. MachineError with the compiler's log.
  Program(const std::string& source, const std::vector<std::string>& defines);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // For a kernel that takes more dynamic shared memory than 48 KiB.
  void allow_shared(const char* kernel, int bytes);

  // Arguments as the kernel declares them, exactly: nothing converts. `shared`: dynamic, bytes.
  template <class... Arguments>
  void launch(const char* kernel,
              dim3 grid,
              dim3 block,
              unsigned shared,
              cudaStream_t stream,
              Arguments... arguments) {
    void* pointers[] = {&arguments...};
    launch_with(kernel, grid, block, shared, stream, pointers);
  }

 private:
  cudaKernel_t find(const char* kernel);
  void launch_with(const char* kernel,
                   dim3 grid,
                   dim3 block,
                   unsigned shared,
                   cudaStream_t stream,
                   void** arguments);

  cudaLibrary_t library_ = nullptr;
  std::map<std::string, cudaKernel_t> kernels_;
};

}  // namespace vegttt::policy::gpu

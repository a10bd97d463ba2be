// The kernels of kernels/policy/train.cu, compiled once for each GPU and head size.
#pragma once

#include <ATen/core/Tensor.h>

#include "gpu/program.h"

namespace vegttt::policy::training {

// True for tensors that the kernels take: bf16 on a GPU, rows of whole 16 bytes.
bool takes_kernels(const at::Tensor& x);

// `head_dim`: 0 for kernels that know no heads.
gpu::Program& kernels(at::Device device, int head_dim = 0);

cudaStream_t stream();
inline const void* read(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr() : nullptr;
}
inline void* write(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.mutable_data_ptr() : nullptr;
}

}  // namespace vegttt::policy::training

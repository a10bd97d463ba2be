// safetensors files as ATen tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "vegttt/core/file.h"

namespace vegttt::tensors {

using TensorMap = std::map<std::string, at::Tensor>;

// Every tensor of the file, on the CPU. They lie in the file's read-only mapping, which lives as
// long as any of them: clone before writing to one (a write is a segmentation fault). A tensor
// whose bytes are not aligned for its dtype is copied. Throws UserError (where = path) for a bad
// file or a dtype that ATen lacks.
TensorMap load_tensors(const core::fs::path& path);

// Writes atomically, in the order of names. Any device, any strides.
void save_tensors(const core::fs::path& path,
                  const TensorMap& tensors,
                  const std::map<std::string, std::string>& metadata = {});

// "F32" <-> at::kFloat. Throws UserError on an unknown one.
std::string dtype_name(at::ScalarType type);
at::ScalarType dtype_from_name(const std::string& name);

}  // namespace vegttt::tensors

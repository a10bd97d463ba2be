// The random two-layer Qwen3 model that scripts/oracles/make_tiny_qwen3.py wrote, and what
// transformers said of it.
#pragma once

#include <ATen/ATen.h>

#include "vegttt/policy/transformer.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::policy {

inline core::fs::path tiny_folder() {
  return core::fs::path(VEGTTT_SOURCE_DIR) / "tests/policy/data/tiny_qwen3";
}

inline tensors::TensorMap tiny_expected() {
  return tensors::load_tensors(tiny_folder() / "expected.safetensors");
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace vegttt::policy

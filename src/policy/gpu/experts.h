// A mixture of experts while decoding on a GPU, its weights kept in MXFP4
// (kernels/policy/experts.cu).
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>

#include "gpu/program.h"
#include "vegttt/policy/weights.h"

namespace vegttt::policy::gpu {

// An MXFP4 matrix of every expert in the order in which the kernels read it: as many bytes as in a
// checkpoint when rows are a multiple of 192 and columns of 64, else padded to that.
struct PackedExperts {
  at::Tensor bytes;  // uint8 [experts, ..]
  at::Tensor bias;   // bf16 [experts, out]
  int out = 0, in = 0;
};

struct PackedLayer {
  at::Tensor router, router_bias;  // bf16 [experts, hidden], [experts] or undefined
  PackedExperts gate_up, down;
};

// From a layer on a GPU, which may then give up its blocks and scales. Needs as much memory again
// meanwhile. UserError when a scale is above 2^33, which no model has.
PackedLayer pack_layer(const Layer& layer);
PackedExperts pack_experts(const ExpertLinear& matrix);
// bf16 [count, out, in], exactly what the packed values are. On the current stream.
at::Tensor widen_experts(const PackedExperts& matrix, int first, int count);

class Experts {
 public:
  // True for models and steps that the kernels can do: MXFP4, no adapter on experts or router.
  static bool fits(const ModelConfig& config, int rows);

  // Compiles, and holds what lies between the kernels for steps of at most `rows` rows, on the
  // current device.
  Experts(const ModelConfig& config, int rows);

  // out [rows, hidden] = the mixture of x [rows, hidden], bf16, on the current stream; may be
  // captured. The result depends on x and weights alone, bit by bit. `mark` is told of each kernel
  // when it has been launched.
  using Mark = std::function<void(const char*)>;
  void run(const at::Tensor& x, const PackedLayer& layer, at::Tensor& out, const Mark& mark = {});

  // Of the last run: bf16 [most rows, experts]; int [experts + 1], where each expert's rows begin.
  const at::Tensor& logits() const { return logits_; }
  const at::Tensor& begins() const { return begins_; }

 private:
  int hidden_, ffn_, experts_, top_, rows_;
  float limit_, alpha_;
  std::unique_ptr<Program> program_;
  at::Tensor logits_, begins_, rows_of_, places_, weights_, gated_, outputs_;
};

}  // namespace vegttt::policy::gpu

// A decoder's matrices as decoding wants them: what reads the same input stands in one matrix,
// LoRA's A below it, so that one product gives both.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <vector>

#include "vegttt/policy/transformer.h"

namespace vegttt::policy::gpu {

// Rows of several linear layers, then A of each, `rank` rows: [outs + count * rank, in].
struct FusedLinear {
  at::Tensor matrix;
  at::Tensor b;     // bf16 [outs, rank]; of o and down its transpose; undefined when rank is 0
  at::Tensor bias;  // [outs] or undefined
  std::array<float, 3> scales{};
  std::vector<Linear*> parts;
};

struct FusedLayer {
  FusedLinear qkv, o, gate_up, down;  // the last two are empty in a mixture of experts
};

// Of the largest pair attached to a linear layer, rounded up to a multiple of 16; 0: none.
int adapter_rank(Transformer& model);

class FusedWeights {
 public:
  // Moves the model's matrices into the fused ones and lets the model see them there, so that
  // nothing is held twice. All linear layers must be bf16 on one GPU.
  explicit FusedWeights(Transformer& model);
  // The adapter as it is now. True when a scale is another than before.
  bool refresh();

  int rank() const { return rank_; }  // a multiple of 16; 0 without an adapter
  const std::vector<FusedLayer>& layers() const { return layers_; }

 private:
  FusedLinear fuse(const std::vector<Linear*>& parts) const;
  // The one that add_and_norm adds (kernels/policy/rows.cu): B's columns lie together.
  FusedLinear fuse_output(Linear& part) const;

  int rank_ = 0;
  std::vector<FusedLayer> layers_;
};

}  // namespace vegttt::policy::gpu

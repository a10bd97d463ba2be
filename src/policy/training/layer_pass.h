// One layer forward and backward, by hand: what autograd keeps and how often memory is read is
// decided here. x' = x + attention(norm(x)), then x'' = x' + mlp(norm(x')).
#pragma once

#include <torch/custom_class.h>

#include "ops/ops.h"
#include "training/products.h"
#include "training/shared_attention.h"
#include "vegttt/policy/learning_pass.h"

namespace vegttt::policy::training {

// What the layers of one pass have in common. The model outlives it.
struct Pass : torch::CustomClassHolder {
  Pass(const Transformer& model,
       const at::Tensor& tokens,
       const Packing& packing,
       Checkpointing checkpointing);

  const Transformer& model;
  ops::RopeTable table;
  SharedAttention attention;
  Checkpointing checkpointing;
};

// x [N, H] -> [N, H], differentiable in x and in the layer's adapter.
at::Tensor layer_pass(const c10::intrusive_ptr<Pass>& pass, int index, const at::Tensor& x);

}  // namespace vegttt::policy::training

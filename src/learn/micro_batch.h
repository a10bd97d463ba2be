// Rollouts as packed sequences. Rollouts of one prompt that meet in a micro-batch share its tokens.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "vegttt/learn/update.h"
#include "vegttt/policy/packing.h"

namespace vegttt::learn {

struct MicroBatch {
  at::Tensor tokens;  // [N] int64
  policy::Packing packing;
  // One entry per completion token, n of them:
  at::Tensor rows;                    // [n] int64: the packed token whose hidden state predicts it
  at::Tensor targets;                 // [n] int64
  at::Tensor sampler_logprobs;        // [n] float32
  at::Tensor advantages;              // [n] float32
  at::Tensor weights;                 // [n] float32: its share of the loss (the reduction)
  std::vector<std::size_t> rollouts;  // of the batch, in order

  MicroBatch to(at::Device device) const;
};

// Rollouts `chosen` of `batch` in their order, at most `limit` packed tokens each (one rollout may
// exceed it alone). `weights[i]` belongs to every token of rollout i.
std::vector<MicroBatch> pack(const std::vector<records::Rollout>& rollouts,
                             const std::vector<std::size_t>& chosen,
                             const std::vector<double>& weights,
                             std::int64_t limit);

}  // namespace vegttt::learn

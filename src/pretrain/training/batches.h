// Batches of samples of like length, one sample per row from position 0 on, as it will be when a
// kernel is sampled.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "sample_source.h"
#include "vegttt/core/rng.h"

namespace vegttt::pretrain {

// Axes: B rows, T positions.
struct Batch {
  at::Tensor tokens_BT;   // int64, padded with 0
  at::Tensor targets_BT;  // int64, the next token; anything where the weight is 0
  at::Tensor
      weights_BT;  // float32, loss weight of the target: prompt_weight, 1 (code) or 0 (padding)
  std::int64_t tokens = 0;  // without padding
};

// Rows of one length class (multiples of 32), as many as fit into `batch_tokens`; batches in random
// order.
std::vector<std::vector<const TokenSample*>> group_by_length(const std::vector<TokenSample>& pool,
                                                             int longest,
                                                             int batch_tokens,
                                                             core::RandomStream random);

Batch make_batch(const std::vector<const TokenSample*>& rows, double prompt_weight);

}  // namespace vegttt::pretrain

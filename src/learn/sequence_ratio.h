// Importance ratios of whole sequences: geometric means, and which sequences are left out because
// trainer and sampler disagree about them.
#pragma once

#include <ATen/ATen.h>

#include "vegttt/config/experiment.h"

namespace vegttt::learn {

// Mean of `log_ratio` [n] over the tokens of each token's sequence, [n]. `sequences` [n] int64
// numbers them from 0.
at::Tensor sequence_mean(const at::Tensor& log_ratio, const at::Tensor& sequences);

// 1 for tokens that count, 0 for those of sequences that learn.sequence_mask or learn.token_veto
// leave out. [n] float32, no gradient.
at::Tensor kept_sequences(const at::Tensor& log_ratio,
                          const at::Tensor& sequences,
                          const config::LearnOptions& options);

}  // namespace vegttt::learn

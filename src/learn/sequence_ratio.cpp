#include "sequence_ratio.h"

#include <cmath>

namespace vegttt::learn {

at::Tensor sequence_mean(const at::Tensor& log_ratio, const at::Tensor& sequences) {
  const std::int64_t count = sequences.max().item<std::int64_t>() + 1;
  const at::Tensor sums =
      at::zeros({count}, log_ratio.options()).index_add(0, sequences, log_ratio);
  const at::Tensor lengths =
      at::zeros({count}, log_ratio.options()).index_add(0, sequences, at::ones_like(log_ratio));
  return (sums / lengths.clamp_min(1)).index_select(0, sequences);
}

at::Tensor kept_sequences(const at::Tensor& log_ratio,
                          const at::Tensor& sequences,
                          const config::LearnOptions& options) {
  at::Tensor kept = at::ones_like(log_ratio).detach();
  const at::Tensor fixed = log_ratio.detach();
  if (options.sequence_mask > 0) {
    const at::Tensor distance = (sequence_mean(fixed, sequences).exp() - 1).abs();
    kept = kept * (distance <= options.sequence_mask);
  }
  if (options.token_veto > 0) {
    const at::Tensor vetoed = (fixed < std::log(options.token_veto)).to(at::kFloat);
    kept = kept * (sequence_mean(vetoed, sequences) == 0);
  }
  return kept;
}

}  // namespace vegttt::learn

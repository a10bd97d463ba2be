// The forward pass that an adapter is trained through. Base weights are frozen: no gradient of
// theirs is computed, and what cheap operations make is computed again rather than kept.
//
// The same numbers as forward_packed (transformer.h) but for rounding; tests hold one against the
// other.
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <utility>
#include <vector>

#include "vegttt/policy/transformer.h"

namespace vegttt::policy {

// Every layer keeps its input alone and runs forward once more on the way back, or keeps what its
// backward pass needs.
enum class Checkpointing { kOff, kOn };

// Lays matrices that read the same input behind each other, so that one product does for all of
// them, unless they lie so already (gpu/fused_weights.h); the model sees them there. Needs the
// memory of one layer's largest stack meanwhile.
void stack_weights(Transformer& model);

// tokens [N] -> hidden states of `rows` [n] (of all without) after the final norm; differentiable
// in the attached adapter's matrices. An adapter on experts goes through forward_packed.
at::Tensor forward_learning(const Transformer& model,
                            const at::Tensor& tokens,
                            const Packing& packing,
                            const at::Tensor& rows,
                            Checkpointing checkpointing = Checkpointing::kOff);

// How an update is cut: as large micro-batches as fit, recomputing only where little fits
// otherwise.
struct LearningPlan {
  Checkpointing checkpointing = Checkpointing::kOff;
  std::int64_t tokens = 0;           // of a micro-batch
  std::int64_t bytes_per_token = 0;  // kept between forward and backward
  std::int64_t fixed_bytes = 0;      // whatever the number of tokens
};
// `checkpointing`: auto, on or off; `tokens`: 0 lets the memory decide. `longest`: tokens of the
// longest sequence, which a micro-batch takes whole.
LearningPlan plan_learning(const Transformer& model,
                           std::int64_t available_bytes,
                           std::int64_t longest,
                           const std::string& checkpointing,
                           std::int64_t tokens);

// For benchmarks: from now on each part of forward and backward passes is timed.
void record_parts();
// Milliseconds by part since then, and the end of it. On a GPU between events, so that a part's
// launches that leave the GPU idle count.
std::vector<std::pair<std::string, double>> recorded_parts_ms();

}  // namespace vegttt::policy

// Reading prompts on a GPU, many in one pass.
#pragma once

#include <vector>

#include "gpu/gpu_model.h"

namespace vegttt::policy::gpu {

// A prompt's keys and values of all layers, shared by the rows that continue it.
struct PromptCache {
  int length = 0, padded = 0;  // tokens; rounded up to 32
  // [layers, kv_heads, padded, D], [layers, kv_heads, padded / 32, D, 32]; zeros behind the prompt.
  at::Tensor keys, values;
};

struct ReadPrompt {
  PromptCache cache;
  at::Tensor logits;  // of the token that comes next, float32 [vocab] on the GPU
};

using Tokens = std::vector<int>;
// In as few passes as that allows; `alone`: each prompt in a pass of its own, so that its
// numbers do not depend on which others are read.
std::vector<ReadPrompt> read_prompts(GpuModel& gpu,
                                     const std::vector<const Tokens*>& prompts,
                                     bool alone = false);

}  // namespace vegttt::policy::gpu

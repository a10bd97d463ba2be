// What a policy takes of its device, from shapes alone, before anything is loaded.
#pragma once

#include <cstdint>

#include "vegttt/config/experiment.h"
#include "vegttt/policy/model_config.h"

namespace vegttt::policy {

// Prompts that decode at the same time and their usual length.
struct PromptShape {
  std::int64_t prompts = 1, tokens = 512;
};

// Bytes. Learning comes on top when nothing is sampled; it takes what is left and cuts its batches
// to it (learning_pass.h).
struct MemoryPlan {
  std::int64_t weights = 0;
  std::int64_t adapter = 0;      // float32 with its optimizer, and as decoding reads it
  std::int64_t completions = 0;  // keys and values, at full length
  std::int64_t prompts = 0;      // keys and values
  std::int64_t working = 0;      // between kernels of a step and of the reading of prompts, logits
  std::int64_t fixed = 0;        // context, libraries

  std::int64_t sampling() const {
    return weights + adapter + completions + prompts + working + fixed;
  }
  // What stays when nothing is sampled (Sampler::make_room).
  std::int64_t resting() const { return weights + adapter + fixed; }
};

// In bfloat16 on a GPU.
MemoryPlan plan_memory(const ModelConfig& config,
                       const config::LoraOptions& lora,
                       const config::SamplingOptions& sampling,
                       const PromptShape& prompts);

}  // namespace vegttt::policy

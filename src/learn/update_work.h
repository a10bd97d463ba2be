#pragma once

#include <vector>

#include "micro_batch.h"
#include "token_signal.h"
#include "update_options.h"
#include "vegttt/policy/learning_pass.h"

namespace vegttt::learn {

// The rollouts that can move the weights, cut into micro-batches on the model's device.
struct UpdateWork {
  std::vector<MicroBatch> batches;
  policy::Checkpointing checkpointing = policy::Checkpointing::kOff;
  std::int64_t tokens = 0;  // of prompts and completions, shared prompts counted for each
};

UpdateWork work_of(const policy::Transformer& model,
                   const Batch& batch,
                   const TokenSignal& signal,
                   const UpdateOptions& options);

}  // namespace vegttt::learn

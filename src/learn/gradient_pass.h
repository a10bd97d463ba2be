// One pass of an update: the loss over all micro-batches, its gradients, and what is reported of
// it.
#pragma once

#include <vector>

#include "micro_batch.h"
#include "sampler_gap.h"
#include "token_signal.h"
#include "update_options.h"
#include "vegttt/policy/learning_pass.h"
#include "vegttt/policy/lora.h"

namespace vegttt::learn {

// Sums over the trained tokens.
struct PassSums {
  double loss = 0, v1 = 0, v2 = 0, theta0 = 0, entropy = 0, clipped = 0, divergence = 0;
  std::int64_t tokens = 0;
  SamplerGap gap;
};

class GradientPass {
 public:
  // `start` is what a KL term in the loss is measured against; none where there is no such term, or
  // where the present adapter still is the start.
  GradientPass(policy::Transformer& model,
               const policy::Adapter& own,
               const policy::Adapter* start,
               policy::Checkpointing checkpointing)
      : model_(model), own_(own), start_(start), checkpointing_(checkpointing) {}

  // Adds to the gradients of the adapter. Throws when the run must stop, UserError for samples
  // without log-probs.
  PassSums run(const std::vector<MicroBatch>& batches,
               const TokenSignal& signal,
               const UpdateOptions& options) const;

 private:
  void run(const MicroBatch& batch,
           const TokenSignal& signal,
           const UpdateOptions& options,
           PassSums& sums) const;
  at::Tensor signal_loss(const MicroBatch& batch,
                         const TokenSignal& signal,
                         const UpdateOptions& options,
                         const at::Tensor& hidden,
                         const at::Tensor& logprobs,
                         PassSums& sums) const;
  at::Tensor hidden_rows(const MicroBatch& batch) const;
  at::Tensor logprobs_of_start(const MicroBatch& batch, const UpdateOptions& options) const;

  policy::Transformer& model_;
  const policy::Adapter& own_;
  const policy::Adapter* start_;
  policy::Checkpointing checkpointing_;
};

}  // namespace vegttt::learn

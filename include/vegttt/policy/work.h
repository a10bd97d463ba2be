// The least that a step of decoding or a token of learning asks of a device, counted from the
// tensors: what shares of bandwidth and arithmetic are measured against.
#pragma once

#include <cstdint>

#include "vegttt/policy/transformer.h"

namespace vegttt::policy {

// Entries of the matrices that one token is multiplied with: its experts and the head, not the
// table that its embedding is read from. The adapter is not among them.
std::int64_t multiplied_parameters(const Transformer& model);

// Rows that decode together.
struct StepShape {
  std::int64_t rows = 1;
  std::int64_t prompts = 1;            // distinct ones, whose keys and values are stored once
  std::int64_t prompt_tokens = 0;      // of each
  std::int64_t completion_tokens = 0;  // of each row so far
};

struct StepWork {
  // Every matrix, bias and norm once; of the embedding the rows' lines. Of experts the share that a
  // uniform router is expected to choose.
  std::int64_t weight_bytes = 0;
  std::int64_t adapter_bytes = 0;  // in the type of the activations
  std::int64_t kv_bytes = 0;       // read; in the type of the activations, windows minded
  double flops = 0;                // of products and attention

  std::int64_t bytes() const { return weight_bytes + adapter_bytes + kv_bytes; }
};

// One step of a model with its adapter attached.
StepWork step_work(const Transformer& model, const StepShape& shape);

}  // namespace vegttt::policy

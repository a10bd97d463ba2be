// Keys and values of the sequences that are being sampled. A prompt's are computed once and shared
// by every sequence that continues it.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <vector>

#include "vegttt/policy/model_config.h"

namespace vegttt::policy {

struct PromptKeys {
  std::int64_t length = 0;
  std::vector<at::Tensor> keys, values;  // by layer; the cache that made them knows their layout
};

class KvCache {
 public:
  virtual ~KvCache() = default;
  // Causal attention of a prompt [P, heads, D], whose keys and values are kept in `prompt`.
  virtual at::Tensor attend_prompt(PromptKeys& prompt,
                                   int layer,
                                   const at::Tensor& q,
                                   const at::Tensor& k,
                                   const at::Tensor& v) = 0;
  // `slot` continues `prompt` from now on.
  virtual void assign(int slot, std::shared_ptr<const PromptKeys> prompt) = 0;
  // Row i is token number `places[i]` (from 0) of the completion in slot `slots[i]`; it is kept,
  // then attends.
  virtual at::Tensor attend_next(int layer,
                                 const std::vector<int>& slots,
                                 const std::vector<std::int64_t>& places,
                                 const at::Tensor& q,
                                 const at::Tensor& k,
                                 const at::Tensor& v) = 0;
};

// For `slots` completions of at most `length` tokens. `sinks` by layer (or none). CPU float32: rows
// are independent of one another, bit for bit.
std::unique_ptr<KvCache> make_invariant_cache(const ModelConfig& config,
                                              int slots,
                                              std::int64_t length,
                                              std::vector<at::Tensor> sinks = {});
// Any device and type, on ATen.
std::unique_ptr<KvCache> make_dense_cache(const ModelConfig& config,
                                          int slots,
                                          std::int64_t length,
                                          at::TensorOptions options,
                                          std::vector<at::Tensor> sinks = {});

}  // namespace vegttt::policy

// Several sequences in one forward pass without padding. Completions of one prompt may share its
// tokens: the prompt is computed once, and each completion attends to it and then causally to
// itself.
#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace vegttt::policy {

// Tokens [begin, end) attend to all of [prefix_begin, prefix_end) and causally to themselves.
struct Segment {
  std::int64_t begin = 0, end = 0;
  std::int64_t prefix_begin = 0, prefix_end = 0;
  std::int64_t length() const { return end - begin; }
  std::int64_t prefix() const { return prefix_end - prefix_begin; }
};

struct Packing {
  std::vector<Segment> segments;  // cover [0, tokens) in order
  std::int64_t tokens = 0;

  // Adds a sequence of its own; returns its index.
  std::size_t add(std::int64_t length);
  // Adds a continuation of segment `prompt`, whose positions go on where the prompt ends.
  std::size_t add_continuation(std::size_t prompt, std::int64_t length);
  // Position of each token in its sequence, int64 [tokens].
  at::Tensor positions() const;
};

// What a layer's attention adds to the causal rule.
struct AttentionRule {
  std::int64_t window = 0;  // keys that a query sees, itself included; 0: all
  at::Tensor sinks;         // [heads]: logits of a key without value; undefined: none
};

// q [N, heads, D], k and v [N, kv_heads, D] -> [N, heads, D].
at::Tensor attention_packed(const at::Tensor& q,
                            const at::Tensor& k,
                            const at::Tensor& v,
                            const Packing& packing,
                            const AttentionRule& rule = {});
// The same for B sequences of T tokens.
at::Tensor attention_batch(const at::Tensor& q,
                           const at::Tensor& k,
                           const at::Tensor& v,
                           std::int64_t batch);  // without windows and sinks

}  // namespace vegttt::policy

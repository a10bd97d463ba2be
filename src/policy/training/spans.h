// Attention of spans of queries to spans of keys, with what a backward pass and a merge of several
// need. Flash attention on a GPU in bf16 or fp16, ATen's on a CPU.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace vegttt::policy::training {

// Queries [query_ends[i], query_ends[i + 1]) meet keys [key_ends[i], key_ends[i + 1]): all of them,
// or when `causal` those up to themselves, the last query being beside the last key.
struct Spans {
  std::vector<std::int64_t> query_ends{0}, key_ends{0};
  bool causal = true;
  std::int64_t window = 0;  // of causal spans: keys that a query sees, itself included; 0: all
  std::int64_t longest_query = 0, longest_key = 0;
  at::Tensor query_ends_there, key_ends_there;  // int32, on the device

  std::size_t count() const { return query_ends.size() - 1; }
  void add(std::int64_t queries, std::int64_t keys);
  // To be called when all are added.
  void move_to(at::Device device);
};

struct Attended {
  at::Tensor out;            // [N, heads, D]
  at::Tensor lse;            // float32 [heads, N]: log of the sum of e^score
  at::Tensor state, unused;  // what the operation hands to its backward pass; undefined on a CPU
};

// q [N, heads, D], k and v [M, kv_heads, D].
Attended attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Spans& spans);

struct AttentionGradient {
  at::Tensor of_q, of_k, of_v;
};
// `whole` may have seen more keys than these: then this is their part of the gradient.
AttentionGradient attend_backward(const at::Tensor& of_out,
                                  const at::Tensor& q,
                                  const at::Tensor& k,
                                  const at::Tensor& v,
                                  const Attended& whole,
                                  const Spans& spans);

}  // namespace vegttt::policy::training

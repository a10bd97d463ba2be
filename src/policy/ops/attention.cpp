// Attention with gradients. CUDA: one variable-length flash call for all segments. Elsewhere: one
// scaled_dot_product_attention per segment, which costs nothing against the matmuls of a CPU.
#include <cmath>
#include <limits>

#include "vegttt/core/error.h"
#include "vegttt/policy/packing.h"

namespace vegttt::policy {
namespace {

// [T, heads, D] -> [1, heads, T, D], with each kv head repeated for its group.
at::Tensor heads_first(const at::Tensor& x, std::int64_t heads) {
  const std::int64_t group = heads / x.size(1);
  const at::Tensor repeated = group == 1 ? x
                                         : x.unsqueeze(2)
                                               .expand({x.size(0), x.size(1), group, x.size(2)})
                                               .reshape({x.size(0), heads, x.size(2)});
  return repeated.transpose(0, 1).unsqueeze(0);
}

// Query i of the segment sees the prefix and keys 0 .. i of the segment, the last `window` of them.
at::Tensor visible(const Segment& segment, std::int64_t window, const at::TensorOptions& options) {
  const at::Tensor causal =
      at::ones({segment.length(), segment.prefix() + segment.length()}, options.dtype(at::kBool))
          .tril(segment.prefix());
  return window > 0 ? causal.triu(segment.prefix() - window + 1) : causal;
}

// Softmax with one more logit per head, whose weight goes nowhere. q, k, v [1, heads, T, D].
at::Tensor attend_with_sinks(const at::Tensor& q,
                             const at::Tensor& k,
                             const at::Tensor& v,
                             const at::Tensor& mask,
                             const at::Tensor& sinks) {
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(3)));
  const at::Tensor scores =
      (at::matmul(q, k.transpose(2, 3)) * scale)
          .masked_fill(mask.logical_not(), -std::numeric_limits<float>::infinity());
  const at::Tensor column =
      sinks.to(scores.scalar_type()).view({1, -1, 1, 1}).expand({1, q.size(1), q.size(2), 1});
  const at::Tensor weights = at::softmax(at::cat({scores, column}, 3), 3).slice(3, 0, -1);
  return at::matmul(weights, v);
}

at::Tensor attend_segment(const at::Tensor& q,
                          const at::Tensor& k,
                          const at::Tensor& v,
                          const Segment& segment,
                          const AttentionRule& rule) {
  auto own = [&](const at::Tensor& x) { return x.slice(0, segment.begin, segment.end); };
  auto all = [&](const at::Tensor& x) {
    if (segment.prefix() == 0) return own(x);
    return at::cat({x.slice(0, segment.prefix_begin, segment.prefix_end), own(x)}, 0);
  };
  const std::int64_t heads = q.size(1);
  const at::Tensor queries = heads_first(own(q), heads), keys = heads_first(all(k), heads),
                   values = heads_first(all(v), heads);
  const bool slides = rule.window > 0 && segment.prefix() + segment.length() > rule.window;
  const bool plain = segment.prefix() == 0 && !slides;
  at::Tensor out;
  if (rule.sinks.defined())
    out = attend_with_sinks(
        queries, keys, values, visible(segment, rule.window, q.options()), rule.sinks);
  else if (plain)
    out = at::scaled_dot_product_attention(queries, keys, values, std::nullopt, 0.0, true);
  else
    out = at::scaled_dot_product_attention(
        queries, keys, values, visible(segment, rule.window, q.options()), 0.0, false);
  return out.squeeze(0).transpose(0, 1);
}

// Keys of every segment one after the other, its prefix first: which packed token each one is.
struct KeyPlan {
  at::Tensor index, query_ends, key_ends;
  std::int64_t longest_query = 0, longest_key = 0;
};

KeyPlan plan_keys(const Packing& packing, at::Device device) {
  std::vector<std::int64_t> index;
  std::vector<int> query_ends{0}, key_ends{0};
  KeyPlan plan;
  for (const Segment& segment : packing.segments) {
    for (std::int64_t i = segment.prefix_begin; i < segment.prefix_end; ++i) index.push_back(i);
    for (std::int64_t i = segment.begin; i < segment.end; ++i) index.push_back(i);
    query_ends.push_back(static_cast<int>(segment.end));
    key_ends.push_back(static_cast<int>(index.size()));
    plan.longest_query = std::max(plan.longest_query, segment.length());
    plan.longest_key = std::max(plan.longest_key, segment.prefix() + segment.length());
  }
  plan.index = at::tensor(index, at::kLong).to(device);
  plan.query_ends = at::tensor(query_ends, at::kInt).to(device);
  plan.key_ends = at::tensor(key_ends, at::kInt).to(device);
  return plan;
}

// Flash attention aligns the causal mask to the last query and the last key, which is what a
// continuation needs.
at::Tensor attend_flash(const at::Tensor& q,
                        const at::Tensor& k,
                        const at::Tensor& v,
                        const Packing& packing) {
  const KeyPlan plan = plan_keys(packing, q.device());
  const bool plain = plan.index.size(0) == packing.tokens;
  const at::Tensor keys = plain ? k : k.index_select(0, plan.index);
  const at::Tensor values = plain ? v : v.index_select(0, plan.index);
  return std::get<0>(at::_flash_attention_forward(q,
                                                  keys,
                                                  values,
                                                  plan.query_ends,
                                                  plan.key_ends,
                                                  plan.longest_query,
                                                  plan.longest_key,
                                                  0.0,
                                                  /*is_causal=*/true,
                                                  /*return_debug_mask=*/false));
}

bool flash_takes(const at::Tensor& q) {
  return q.is_cuda() && (q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf) &&
         q.size(2) % 8 == 0 && q.size(2) <= 256;
}

}  // namespace

at::Tensor attention_packed(const at::Tensor& q,
                            const at::Tensor& k,
                            const at::Tensor& v,
                            const Packing& packing,
                            const AttentionRule& rule) {
  VEGTTT_ASSERT(q.size(0) == packing.tokens, "the packing covers the tokens");
  if (flash_takes(q) && rule.window == 0 && !rule.sinks.defined())
    return attend_flash(q, k, v, packing);
  std::vector<at::Tensor> parts;
  for (const Segment& segment : packing.segments)
    parts.push_back(attend_segment(q, k, v, segment, rule));
  return at::cat(parts, 0);
}

at::Tensor attention_batch(const at::Tensor& q,
                           const at::Tensor& k,
                           const at::Tensor& v,
                           std::int64_t batch) {
  auto split = [&](const at::Tensor& x) {
    return x.view({batch, -1, x.size(1), x.size(2)}).transpose(1, 2);
  };
  const std::int64_t group = q.size(1) / k.size(1);
  auto repeat = [&](const at::Tensor& x) {
    return group == 1 ? split(x) : split(x).repeat_interleave(group, 1);
  };
  const bool native_groups = flash_takes(q);
  const at::Tensor out = native_groups
                             ? at::scaled_dot_product_attention(split(q),
                                                                split(k),
                                                                split(v),
                                                                std::nullopt,
                                                                0.0,
                                                                true,
                                                                std::nullopt,
                                                                /*enable_gqa=*/group != 1)
                             : at::scaled_dot_product_attention(
                                   split(q), repeat(k), repeat(v), std::nullopt, 0.0, true);
  return out.transpose(1, 2).reshape(q.sizes());
}

}  // namespace vegttt::policy

#include "training/spans.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

namespace vegttt::policy::training {

void Spans::add(std::int64_t queries, std::int64_t keys) {
  query_ends.push_back(query_ends.back() + queries);
  key_ends.push_back(key_ends.back() + keys);
  longest_query = std::max(longest_query, queries);
  longest_key = std::max(longest_key, keys);
}

void Spans::move_to(at::Device device) {
  query_ends_there = at::tensor(query_ends, at::kLong).to(at::kInt).to(device);
  key_ends_there = at::tensor(key_ends, at::kLong).to(at::kInt).to(device);
}

namespace {

bool flash_takes(const at::Tensor& q) {
  return q.is_cuda() && (q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf) &&
         q.size(2) % 8 == 0 && q.size(2) <= 256;
}

struct Window {
  std::optional<std::int64_t> left, right;
};
// Spans of single queries would be laid out otherwise by the operation; it is a bound only.
std::int64_t longest_query(const Spans& spans) {
  return std::max<std::int64_t>(2, spans.longest_query);
}

Window window_of(const Spans& spans) {
  if (spans.window == 0) return {};
  return {spans.window - 1, 0};
}

// One span at a time, [1, heads, T, D].
struct Span {
  std::int64_t query, queries, key, keys;
};

Span span_of(const Spans& spans, std::size_t i) {
  return {spans.query_ends[i],
          spans.query_ends[i + 1] - spans.query_ends[i],
          spans.key_ends[i],
          spans.key_ends[i + 1] - spans.key_ends[i]};
}

at::Tensor queries_of(const at::Tensor& x, const Span& span) {
  return x.narrow(0, span.query, span.queries).transpose(0, 1).unsqueeze(0);
}

// Each key head as often as queries share it.
at::Tensor keys_of(const at::Tensor& x, const Span& span, std::int64_t heads) {
  const at::Tensor own = x.narrow(0, span.key, span.keys);
  const std::int64_t group = heads / x.size(1);
  const at::Tensor repeated = group == 1 ? own : own.repeat_interleave(group, 1);
  return repeated.transpose(0, 1).unsqueeze(0);
}

// [1, heads, T, D] -> [T, kv_heads, D].
at::Tensor summed_over_group(const at::Tensor& x, std::int64_t kv_heads) {
  const at::Tensor heads = x.squeeze(0).unflatten(0, {kv_heads, -1});
  return heads.sum(1).transpose(0, 1);
}

// Whether the operation's own causal rule will not do.
bool needs_mask(const Spans& spans, const Span& span) {
  return spans.causal &&
         (span.queries != span.keys || (spans.window > 0 && span.keys > spans.window));
}

at::Tensor mask_of(const Spans& spans, const Span& span, const at::Tensor& q) {
  const std::int64_t ahead = span.keys - span.queries;
  at::Tensor seen = at::ones({span.queries, span.keys}, q.options().dtype(at::kBool)).tril(ahead);
  if (spans.window > 0) seen = seen.triu(ahead - spans.window + 1);
  return at::zeros(seen.sizes(), q.options())
      .masked_fill(seen.logical_not(), -std::numeric_limits<float>::infinity());
}

// One span as an operation takes it.
struct Inputs {
  at::Tensor q, k, v;
  bool causal;  // by the operation's own rule
  std::optional<at::Tensor> mask;
};
Inputs inputs_of(const at::Tensor& q,
                 const at::Tensor& k,
                 const at::Tensor& v,
                 const Spans& spans,
                 const Span& span) {
  const bool own_rule = q.is_cpu() && !needs_mask(spans, span);
  return {queries_of(q, span),
          keys_of(k, span, q.size(1)),
          keys_of(v, span, q.size(1)),
          spans.causal && own_rule,
          spans.causal && !own_rule ? std::optional(mask_of(spans, span, q)) : std::nullopt};
}

// Written out, for devices and types that have no operation of their own.
at::Tensor scores_of(const Inputs& in) {
  const at::Tensor scores =
      at::matmul(in.q, in.k.transpose(2, 3)).div_(std::sqrt(static_cast<double>(in.q.size(3))));
  return in.mask ? scores + *in.mask : scores;
}

std::tuple<at::Tensor, at::Tensor> attend_one(const Inputs& in) {
  if (in.q.is_cpu())
    return at::_scaled_dot_product_flash_attention_for_cpu(
        in.q, in.k, in.v, 0.0, in.causal, in.mask);
  const at::Tensor scores = scores_of(in), lse = at::logsumexp(scores, 3);
  return {at::matmul((scores - lse.unsqueeze(3)).exp(), in.v), lse};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> attend_one_backward(const Inputs& in,
                                                                   const at::Tensor& of_out,
                                                                   const at::Tensor& out,
                                                                   const at::Tensor& lse) {
  if (in.q.is_cpu())
    return at::_scaled_dot_product_flash_attention_for_cpu_backward(
        of_out, in.q, in.k, in.v, out, lse, 0.0, in.causal, in.mask);
  const at::Tensor weights = (scores_of(in) - lse.unsqueeze(3)).exp();
  const at::Tensor of_weights = at::matmul(of_out, in.v.transpose(2, 3));
  const at::Tensor of_scores = weights * (of_weights - (of_out * out).sum(3, true)) /
                               std::sqrt(static_cast<double>(in.q.size(3)));
  return {at::matmul(of_scores, in.k),
          at::matmul(of_scores.transpose(2, 3), in.q),
          at::matmul(weights.transpose(2, 3), of_out)};
}

}  // namespace

Attended attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const Spans& spans) {
  if (flash_takes(q)) {
    const Window window = window_of(spans);
    const auto result = at::_flash_attention_forward(q,
                                                     k,
                                                     v,
                                                     spans.query_ends_there,
                                                     spans.key_ends_there,
                                                     longest_query(spans),
                                                     spans.longest_key,
                                                     0.0,
                                                     spans.causal,
                                                     /*return_debug_mask=*/false,
                                                     std::nullopt,
                                                     window.left,
                                                     window.right);
    return {std::get<0>(result), std::get<1>(result), std::get<2>(result), std::get<3>(result)};
  }
  std::vector<at::Tensor> outs, lses;
  for (std::size_t i = 0; i < spans.count(); ++i) {
    const Span span = span_of(spans, i);
    const auto [out, lse] = attend_one(inputs_of(q, k, v, spans, span));
    outs.push_back(out.squeeze(0).transpose(0, 1));
    lses.push_back(lse.squeeze(0));
  }
  return {at::cat(outs), at::cat(lses, 1), {}, {}};
}

AttentionGradient attend_backward(const at::Tensor& of_out,
                                  const at::Tensor& q,
                                  const at::Tensor& k,
                                  const at::Tensor& v,
                                  const Attended& whole,
                                  const Spans& spans) {
  if (flash_takes(q)) {
    const Window window = window_of(spans);
    const auto result = at::_flash_attention_backward(of_out.contiguous(),
                                                      q,
                                                      k,
                                                      v,
                                                      whole.out,
                                                      whole.lse.contiguous(),
                                                      spans.query_ends_there,
                                                      spans.key_ends_there,
                                                      longest_query(spans),
                                                      spans.longest_key,
                                                      0.0,
                                                      spans.causal,
                                                      whole.state,
                                                      whole.unused,
                                                      std::nullopt,
                                                      window.left,
                                                      window.right);
    return {std::get<0>(result), std::get<1>(result), std::get<2>(result)};
  }
  std::vector<at::Tensor> of_q, of_k, of_v;
  for (std::size_t i = 0; i < spans.count(); ++i) {
    const Span span = span_of(spans, i);
    // In memory as the operation itself lays it out.
    const at::Tensor lse =
        whole.lse.narrow(1, span.query, span.queries).t().contiguous().t().unsqueeze(0);
    const auto [dq, dk, dv] = attend_one_backward(inputs_of(q, k, v, spans, span),
                                                  queries_of(of_out, span),
                                                  queries_of(whole.out, span),
                                                  lse);
    of_q.push_back(dq.squeeze(0).transpose(0, 1));
    of_k.push_back(summed_over_group(dk, k.size(1)));
    of_v.push_back(summed_over_group(dv, k.size(1)));
  }
  return {at::cat(of_q), at::cat(of_k), at::cat(of_v)};
}

}  // namespace vegttt::policy::training

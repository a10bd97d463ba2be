#include "training/shared_attention.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include <algorithm>

#include "training/kernels.h"

namespace vegttt::policy::training {
namespace {

// A prompt that only the segment behind it continues makes one sequence with it.
std::vector<Segment> joined(const Packing& packing) {
  std::map<std::int64_t, int> users;  // by where the prompt begins
  for (const Segment& segment : packing.segments)
    if (segment.prefix() > 0) ++users[segment.prefix_begin];
  std::vector<Segment> list;
  for (const Segment& segment : packing.segments) {
    const bool continues = segment.prefix() > 0 && users.at(segment.prefix_begin) == 1 &&
                           !list.empty() && list.back().begin == segment.prefix_begin &&
                           list.back().end == segment.begin;
    if (continues)
      list.back().end = segment.end;
    else
      list.push_back(segment);
  }
  return list;
}

void append_range(std::vector<std::int64_t>& list, std::int64_t begin, std::int64_t end) {
  for (std::int64_t i = begin; i < end; ++i) list.push_back(i);
}

at::Tensor index_of(const std::vector<std::int64_t>& list, at::Device device) {
  return at::tensor(list, at::kLong).to(device);
}

at::Tensor by_row(const at::Tensor& lse) { return lse.t().unsqueeze(2); }  // [n, heads, 1]

}  // namespace

SharedAttention::SharedAttention(const Packing& packing, at::Device device)
    : segments_(joined(packing)), device_(device) {
  for (const Segment& segment : segments_)
    longest_ = std::max(longest_, segment.prefix() + segment.length());
  plan_parts();
}

void SharedAttention::plan_parts() {
  std::vector<std::int64_t> queries, keys;
  parts_.prompts.causal = false;
  for (std::size_t i = 0; i < segments_.size();) {
    const Segment& first = segments_[i];
    std::int64_t together = 0;  // tokens of the segments behind each other that share a prompt
    for (; i < segments_.size() && segments_[i].prefix_begin == first.prefix_begin &&
           segments_[i].prefix_end == first.prefix_end && (together == 0 || first.prefix() > 0);
         ++i) {
      parts_.own.add(segments_[i].length(), segments_[i].length());
      together += segments_[i].length();
    }
    if (first.prefix() == 0) continue;
    append_range(queries, first.begin, first.begin + together);
    append_range(keys, first.prefix_begin, first.prefix_end);
    parts_.prompts.add(together, first.prefix());
  }
  parts_.own.move_to(device_);
  if (queries.empty()) return;
  parts_.prompts.move_to(device_);
  parts_.queries = index_of(queries, device_);
  parts_.keys = index_of(keys, device_);
}

const SharedAttention::Sliding& SharedAttention::sliding(std::int64_t window) const {
  const auto known = sliding_.find(window);
  if (known != sliding_.end()) return known->second;
  Sliding plan;
  plan.spans.window = window;
  std::vector<std::int64_t> keys, places;
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<std::int64_t>> repeated;
  for (const Segment& segment : segments_) {
    const std::int64_t seen = std::min(segment.prefix(), window - 1);
    const std::int64_t begin = segment.prefix_end - seen;
    auto& list = repeated[{begin, seen}];
    for (std::int64_t i = 0; i < seen; ++i)
      list.push_back(static_cast<std::int64_t>(keys.size()) + i);
    append_range(keys, begin, segment.prefix_end);
    append_range(places,
                 static_cast<std::int64_t>(keys.size()),
                 static_cast<std::int64_t>(keys.size()) + segment.length());
    append_range(keys, segment.begin, segment.end);
    plan.spans.add(segment.length(), seen + segment.length());
  }
  plan.spans.move_to(device_);
  if (keys.size() != places.size()) {
    plan.keys = index_of(keys, device_);
    plan.places = index_of(places, device_);
    for (const auto& [range, list] : repeated)
      if (range.second > 0)
        plan.repeated.push_back({range.first, range.second, index_of(list, device_)});
  }
  return sliding_.emplace(window, std::move(plan)).first->second;
}

namespace {

// `own` gets what the queries at `rows` have seen elsewhere.
void merge_into(Attended& own, const Attended& other, const at::Tensor& rows) {
  const at::Tensor before = own.lse.index_select(1, rows), lse = at::logaddexp(before, other.lse);
  const std::int64_t heads = own.out.size(1), dim = own.out.size(2), count = rows.size(0);
  if (takes_kernels(own.out) && takes_kernels(other.out)) {
    const at::Tensor others = other.lse.contiguous();
    kernels(own.out.device())
        .launch(
            "merge_parts",
            dim3(static_cast<unsigned>(count), static_cast<unsigned>((heads * dim + 2047) / 2048)),
            256,
            0,
            stream(),
            write(own.out),
            read(other.out),
            read(rows),
            read(before),
            read(others),
            read(lse),
            static_cast<int>(heads),
            static_cast<int>(dim),
            static_cast<int>(count));
  } else {
    const auto share = [&](const at::Tensor& of) { return by_row((of - lse).exp()); };
    const at::Tensor sum =
        own.out.index_select(0, rows) * share(before) + other.out * share(other.lse);
    own.out.index_copy_(0, rows, sum.to(own.out.scalar_type()));
  }
  own.lse.index_copy_(1, rows, lse);
}

// A key without value, which takes its part of the weights.
void add_sinks(Attended& whole, const at::Tensor& sinks) {
  const at::Tensor column = sinks.to(whole.lse.scalar_type()).unsqueeze(1);
  whole.out.mul_(by_row(at::sigmoid(whole.lse - column)));
  whole.lse = at::logaddexp(whole.lse, column);
}

}  // namespace

Attended SharedAttention::forward(const at::Tensor& q,
                                  const at::Tensor& k,
                                  const at::Tensor& v,
                                  const AttentionRule& rule) const {
  Attended whole;
  if (slides(rule)) {
    const Sliding& plan = sliding(rule.window);
    const auto keys = [&](const at::Tensor& x) {
      return plan.keys.defined() ? x.index_select(0, plan.keys) : x;
    };
    whole = attend(q, keys(k), keys(v), plan.spans);
  } else {
    whole = attend(q, k, v, parts_.own);
    if (parts_.queries.defined())
      merge_into(whole,
                 attend(q.index_select(0, parts_.queries),
                        k.index_select(0, parts_.keys),
                        v.index_select(0, parts_.keys),
                        parts_.prompts),
                 parts_.queries);
  }
  if (rule.sinks.defined()) add_sinks(whole, rule.sinks);
  return whole;
}

AttentionGradient SharedAttention::backward_of_parts(const at::Tensor& of_out,
                                                     const at::Tensor& q,
                                                     const at::Tensor& k,
                                                     const at::Tensor& v,
                                                     const Attended& whole) const {
  AttentionGradient sum = attend_backward(of_out, q, k, v, whole, parts_.own);
  if (!parts_.queries.defined()) return sum;
  const auto queries = [&](const at::Tensor& x) { return x.index_select(0, parts_.queries); };
  const AttentionGradient more = attend_backward(
      queries(of_out),
      queries(q),
      k.index_select(0, parts_.keys),
      v.index_select(0, parts_.keys),
      {queries(whole.out), whole.lse.index_select(1, parts_.queries), whole.state, whole.unused},
      parts_.prompts);
  // No token stands twice in an index: the sums' order is given.
  sum.of_q.index_add_(0, parts_.queries, more.of_q);
  sum.of_k.index_add_(0, parts_.keys, more.of_k);
  sum.of_v.index_add_(0, parts_.keys, more.of_v);
  return sum;
}

AttentionGradient SharedAttention::backward_sliding(const at::Tensor& of_out,
                                                    const at::Tensor& q,
                                                    const at::Tensor& k,
                                                    const at::Tensor& v,
                                                    const Attended& whole,
                                                    const Sliding& plan) const {
  if (!plan.keys.defined()) return attend_backward(of_out, q, k, v, whole, plan.spans);
  const AttentionGradient there = attend_backward(
      of_out, q, k.index_select(0, plan.keys), v.index_select(0, plan.keys), whole, plan.spans);
  const auto gathered = [&](const at::Tensor& x) {
    at::Tensor own = x.index_select(0, plan.places);
    for (const Sliding::Repeated& r : plan.repeated) {
      const at::Tensor copies =
          x.index_select(0, r.places).view({-1, r.length, x.size(1), x.size(2)});
      own.narrow(0, r.begin, r.length)
          .add_(copies.sum(0, false, at::toOpMathType(x.scalar_type())));
    }
    return own;
  };
  return {there.of_q, gathered(there.of_k), gathered(there.of_v)};
}

AttentionGradient SharedAttention::backward(const at::Tensor& of_out,
                                            const at::Tensor& q,
                                            const at::Tensor& k,
                                            const at::Tensor& v,
                                            const Attended& whole,
                                            const AttentionRule& rule) const {
  if (slides(rule)) return backward_sliding(of_out, q, k, v, whole, sliding(rule.window));
  return backward_of_parts(of_out, q, k, v, whole);
}

}  // namespace vegttt::policy::training

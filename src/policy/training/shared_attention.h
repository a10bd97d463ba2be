// Attention of packed sequences of which some share their prompt. A prompt's keys and values are
// never copied for its completions: those of one prompt see it together, as one span, and what each
// sees of itself is merged by log-sum-exp. Where keys leave a window, a completion gets the few of
// the prompt that it still sees.
#pragma once

#include <map>

#include "training/spans.h"
#include "vegttt/policy/packing.h"

namespace vegttt::policy::training {

class SharedAttention {
 public:
  SharedAttention(const Packing& packing, at::Device device);

  // `whole.out` [N, heads, D] is the attention's result, `whole.lse` includes sinks.
  Attended forward(const at::Tensor& q,
                   const at::Tensor& k,
                   const at::Tensor& v,
                   const AttentionRule& rule) const;
  AttentionGradient backward(const at::Tensor& of_out,
                             const at::Tensor& q,
                             const at::Tensor& k,
                             const at::Tensor& v,
                             const Attended& whole,
                             const AttentionRule& rule) const;

 private:
  // Without a window: what each segment sees of itself, and what completions see of prompts.
  struct Parts {
    Spans own, prompts;
    at::Tensor queries, keys;  // packed tokens that `prompts` is about; undefined without any
  };
  // With one: every segment behind the part of its prompt that it sees.
  struct Sliding {
    Spans spans;
    at::Tensor keys;    // packed token of every key; undefined when that is all in order
    at::Tensor places;  // [N]: where a packed token is its own segment's key
    struct Repeated {
      std::int64_t begin, length;  // packed tokens of a prompt that several segments see
      at::Tensor places;           // [segments * length]: where
    };
    std::vector<Repeated> repeated;
  };

  void plan_parts();
  const Sliding& sliding(std::int64_t window) const;
  bool slides(const AttentionRule& rule) const { return rule.window > 0 && rule.window < longest_; }
  AttentionGradient backward_of_parts(const at::Tensor& of_out,
                                      const at::Tensor& q,
                                      const at::Tensor& k,
                                      const at::Tensor& v,
                                      const Attended& whole) const;
  AttentionGradient backward_sliding(const at::Tensor& of_out,
                                     const at::Tensor& q,
                                     const at::Tensor& k,
                                     const at::Tensor& v,
                                     const Attended& whole,
                                     const Sliding& sliding) const;

  std::vector<Segment> segments_;  // a prompt of one completion is the beginning of that
  std::int64_t longest_ = 0;       // tokens of a sequence, its prompt included
  at::Device device_;
  Parts parts_;
  mutable std::map<std::int64_t, Sliding> sliding_;  // by window, once asked for
};

}  // namespace vegttt::policy::training

#include <ATen/Parallel.h>

#include <cmath>

#include "invariant/kernels.h"
#include "sampling/kv_cache.h"

namespace vegttt::policy {
namespace {

using invariant::KeySpan;

// Keys as invariant::attend wants them: [.., kv_heads, padded time, D], blocks of 16 transposed.
class InvariantCache : public KvCache {
 public:
  InvariantCache(const ModelConfig& config,
                 int slots,
                 std::int64_t length,
                 std::vector<at::Tensor> sinks)
      : config_(config),
        sinks_(std::move(sinks)),
        kv_heads_(config.kv_heads),
        group_(config.heads / config.kv_heads),
        head_dim_(config.head_dim),
        padded_(invariant::padded_keys(length)),
        prompts_(static_cast<std::size_t>(slots)) {
    for (int layer = 0; layer < config.layers; ++layer) {
      keys_.push_back(at::empty({slots, kv_heads_, padded_, head_dim_}, at::kFloat));
      values_.push_back(at::empty({slots, kv_heads_, padded_, head_dim_}, at::kFloat));
    }
  }

  at::Tensor attend_prompt(PromptKeys& prompt,
                           int layer,
                           const at::Tensor& q,
                           const at::Tensor& k,
                           const at::Tensor& v) override {
    const std::int64_t rows = q.size(0), padded = invariant::padded_keys(rows);
    prompt.length = rows;
    prompt.keys.push_back(at::empty({kv_heads_, padded, head_dim_}, at::kFloat));
    prompt.values.push_back(at::empty({kv_heads_, padded, head_dim_}, at::kFloat));
    const auto index = static_cast<std::size_t>(layer);
    float *keys = prompt.keys[index].mutable_data_ptr<float>(),
          *values = prompt.values[index].mutable_data_ptr<float>();
    const std::int64_t stride = padded * head_dim_;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t head = 0; head < kv_heads_; ++head)
        keep(k, v, row, head, keys + head * stride, values + head * stride, row);
    }
    return attend_rows(
        q,
        layer,
        [&](std::int64_t row, std::int64_t head) {
          return std::pair{KeySpan{},
                           KeySpan{keys + head * stride, values + head * stride, row + 1}};
        },
        rows);
  }

  void assign(int slot, std::shared_ptr<const PromptKeys> prompt) override {
    prompts_[static_cast<std::size_t>(slot)] = std::move(prompt);
  }

  at::Tensor attend_next(int layer,
                         const std::vector<int>& slots,
                         const std::vector<std::int64_t>& places,
                         const at::Tensor& q,
                         const at::Tensor& k,
                         const at::Tensor& v) override {
    const auto index = static_cast<std::size_t>(layer);
    float *keys = keys_[index].mutable_data_ptr<float>(),
          *values = values_[index].mutable_data_ptr<float>();
    const std::int64_t stride = padded_ * head_dim_;
    auto offset = [&](std::int64_t row, std::int64_t head) {
      return (slots[static_cast<std::size_t>(row)] * kv_heads_ + head) * stride;
    };
    std::int64_t longest = 0;
    for (std::int64_t row = 0; row < q.size(0); ++row) {
      const std::int64_t place = places[static_cast<std::size_t>(row)];
      for (std::int64_t head = 0; head < kv_heads_; ++head)
        keep(k, v, row, head, keys + offset(row, head), values + offset(row, head), place);
      longest = std::max(longest, prompt_of(slots, row).length + place + 1);
    }
    return attend_rows(
        q,
        layer,
        [&](std::int64_t row, std::int64_t head) {
          const PromptKeys& prompt = prompt_of(slots, row);
          const std::int64_t prompt_stride = invariant::padded_keys(prompt.length) * head_dim_;
          const KeySpan shared{prompt.keys[index].const_data_ptr<float>() + head * prompt_stride,
                               prompt.values[index].const_data_ptr<float>() + head * prompt_stride,
                               prompt.length};
          return std::pair{shared,
                           KeySpan{keys + offset(row, head),
                                   values + offset(row, head),
                                   places[static_cast<std::size_t>(row)] + 1}};
        },
        longest);
  }

 private:
  const PromptKeys& prompt_of(const std::vector<int>& slots, std::int64_t row) const {
    return *prompts_[static_cast<std::size_t>(slots[static_cast<std::size_t>(row)])];
  }

  void keep(const at::Tensor& k,
            const at::Tensor& v,
            std::int64_t row,
            std::int64_t head,
            float* keys,
            float* values,
            std::int64_t place) const {
    const std::int64_t from = row * k.stride(0) + head * k.stride(1);
    invariant::store_key(k.const_data_ptr<float>() + from, keys, place, head_dim_);
    std::copy_n(v.const_data_ptr<float>() + row * v.stride(0) + head * v.stride(1),
                head_dim_,
                values + place * head_dim_);
  }

  // `spans(row, kv head)` gives the keys of one query; heads are the outer loop, so that a thread
  // meets the same prompt keys again and again.
  template <class Spans>
  at::Tensor attend_rows(const at::Tensor& q,
                         int layer,
                         const Spans& spans,
                         std::int64_t longest) const {
    const at::Tensor in = q.contiguous();
    at::Tensor out = at::empty_like(in);
    const std::int64_t rows = q.size(0), width = group_ * head_dim_;
    const float* from = in.const_data_ptr<float>();
    float* to = out.mutable_data_ptr<float>();
    const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim_));
    const std::int64_t window = config_.window(layer);
    const float* sinks =
        sinks_.empty() ? nullptr : sinks_[static_cast<std::size_t>(layer)].const_data_ptr<float>();
    at::parallel_for(0, rows * kv_heads_, 1, [&](std::int64_t begin, std::int64_t end) {
      std::vector<float> scratch(static_cast<std::size_t>(
          group_ * (invariant::padded_keys(longest) + 2 * invariant::kKeyBlock)));
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t row = i % rows, head = i / rows, at = (row * kv_heads_ + head) * width;
        auto [shared, own] = spans(row, head);
        if (window > 0) leave_window(shared, own, window);
        invariant::attend(from + at,
                          shared,
                          own,
                          to + at,
                          scratch.data(),
                          group_,
                          head_dim_,
                          scale,
                          sinks ? sinks + head * group_ : nullptr);
      }
    });
    return out;
  }

  // The last `window` keys of both spans together.
  void leave_window(KeySpan& shared, KeySpan& own, std::int64_t window) const {
    const std::int64_t unseen = shared.length + own.length - window, before = shared.length;
    shared = invariant::without_first(shared, unseen, head_dim_);
    own = invariant::without_first(own, unseen - before, head_dim_);
  }

  ModelConfig config_;
  std::vector<at::Tensor> sinks_;
  std::int64_t kv_heads_, group_, head_dim_, padded_;
  std::vector<at::Tensor> keys_, values_;
  std::vector<std::shared_ptr<const PromptKeys>> prompts_;  // by slot
};

}  // namespace

std::unique_ptr<KvCache> make_invariant_cache(const ModelConfig& config,
                                              int slots,
                                              std::int64_t length,
                                              std::vector<at::Tensor> sinks) {
  return std::make_unique<InvariantCache>(config, slots, length, std::move(sinks));
}

}  // namespace vegttt::policy

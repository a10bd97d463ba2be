#include "sampling/kv_cache.h"

namespace vegttt::policy {
namespace {

// [T, heads, D] -> [1, heads, T, D]
at::Tensor heads_first(const at::Tensor& x) { return x.transpose(0, 1).unsqueeze(0); }

// Keys and values [slots, kv_heads, time, D], the prompt copied in front of its completion. Queries
// of a group are rows of one kv head, so that keys are never repeated.
class DenseCache : public KvCache {
 public:
  DenseCache(const ModelConfig& config, int slots, std::int64_t length, at::TensorOptions options)
      : config_(config),
        slots_(slots),
        length_(length),
        options_(options),
        prompts_(static_cast<std::size_t>(slots)) {}

  at::Tensor attend_prompt(PromptKeys& prompt,
                           int layer,
                           const at::Tensor& q,
                           const at::Tensor& k,
                           const at::Tensor& v) override {
    (void)layer;
    prompt.length = q.size(0);
    prompt.keys.push_back(k.transpose(0, 1).contiguous());
    prompt.values.push_back(v.transpose(0, 1).contiguous());
    const std::int64_t group = q.size(1) / k.size(1);
    auto repeat = [&](const at::Tensor& x) { return heads_first(x.repeat_interleave(group, 1)); };
    return at::scaled_dot_product_attention(
               heads_first(q), repeat(k), repeat(v), std::nullopt, 0.0, true)
        .squeeze(0)
        .transpose(0, 1);
  }

  void assign(int slot, std::shared_ptr<const PromptKeys> prompt) override {
    reserve(prompt->length + length_);
    for (std::size_t layer = 0; layer < keys_.size(); ++layer) {
      keys_[layer][slot].slice(1, 0, prompt->length).copy_(prompt->keys[layer]);
      values_[layer][slot].slice(1, 0, prompt->length).copy_(prompt->values[layer]);
    }
    prompts_[static_cast<std::size_t>(slot)] = prompt->length;
  }

  at::Tensor attend_next(int layer,
                         const std::vector<int>& slots,
                         const std::vector<std::int64_t>& places,
                         const at::Tensor& q,
                         const at::Tensor& k,
                         const at::Tensor& v) override {
    if (layer == 0) plan(slots, places);
    at::Tensor& keys = keys_[static_cast<std::size_t>(layer)];
    at::Tensor& values = values_[static_cast<std::size_t>(layer)];
    keys.index_put_({rows_, at::indexing::Slice(), at_}, k);
    values.index_put_({rows_, at::indexing::Slice(), at_}, v);
    const std::int64_t rows = q.size(0), kv_heads = k.size(1), head_dim = q.size(2);
    const at::Tensor grouped = q.view({rows, kv_heads, q.size(1) / kv_heads, head_dim});
    const at::Tensor seen_keys = keys.slice(2, 0, longest_).index_select(0, rows_);
    const at::Tensor seen_values = values.slice(2, 0, longest_).index_select(0, rows_);
    return at::scaled_dot_product_attention(grouped, seen_keys, seen_values, mask_, 0.0, false)
        .reshape(q.sizes());
  }

 private:
  // Grows to `length` tokens a slot, in steps, keeping what is there.
  void reserve(std::int64_t length) {
    const std::int64_t have = keys_.empty() ? 0 : keys_[0].size(2);
    if (length <= have) return;
    const std::int64_t size = (length + 255) / 256 * 256;
    for (auto* tensors : {&keys_, &values_}) {
      tensors->resize(static_cast<std::size_t>(config_.layers));
      for (at::Tensor& tensor : *tensors) {
        const at::Tensor grown =
            at::zeros({slots_, config_.kv_heads, size, config_.head_dim}, options_);
        if (tensor.defined()) grown.slice(2, 0, have).copy_(tensor);
        tensor = grown;
      }
    }
  }

  // What all layers of one step share: rows, places in the cache, and who sees what.
  void plan(const std::vector<int>& slots, const std::vector<std::int64_t>& places) {
    std::vector<std::int64_t> rows, at;
    longest_ = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      rows.push_back(slots[i]);
      at.push_back(prompts_[static_cast<std::size_t>(slots[i])] + places[i]);
      longest_ = std::max(longest_, at.back() + 1);
    }
    rows_ = at::tensor(rows, at::kLong).to(options_.device());
    at_ = at::tensor(at, at::kLong).to(options_.device());
    mask_ = (at::arange(longest_, at_.options()).unsqueeze(0) <= at_.unsqueeze(1))
                .view({-1, 1, 1, longest_});
  }

  ModelConfig config_;
  std::int64_t slots_, length_;
  at::TensorOptions options_;
  std::vector<std::int64_t> prompts_;  // prompt length by slot
  std::vector<at::Tensor> keys_, values_;
  at::Tensor rows_, at_, mask_;
  std::int64_t longest_ = 0;
};

}  // namespace

std::unique_ptr<KvCache> make_dense_cache(const ModelConfig& config,
                                          int slots,
                                          std::int64_t length,
                                          at::TensorOptions options) {
  return std::make_unique<DenseCache>(config, slots, length, options);
}

}  // namespace vegttt::policy

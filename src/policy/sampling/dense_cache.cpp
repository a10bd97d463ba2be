#include <cmath>
#include <limits>

#include "sampling/kv_cache.h"
#include "vegttt/policy/packing.h"

namespace vegttt::policy {
namespace {

// Keys and values [slots, kv_heads, time, D], the prompt copied in front of its completion. Queries
// of a group are rows of one kv head, so that keys are never repeated.
class DenseCache : public KvCache {
 public:
  DenseCache(const ModelConfig& config,
             int slots,
             std::int64_t length,
             at::TensorOptions options,
             std::vector<at::Tensor> sinks)
      : config_(config),
        sinks_(std::move(sinks)),
        slots_(slots),
        length_(length),
        options_(options),
        prompts_(static_cast<std::size_t>(slots)) {}

  at::Tensor attend_prompt(PromptKeys& prompt,
                           int layer,
                           const at::Tensor& q,
                           const at::Tensor& k,
                           const at::Tensor& v) override {
    prompt.length = q.size(0);
    prompt.keys.push_back(k.transpose(0, 1).contiguous());
    prompt.values.push_back(v.transpose(0, 1).contiguous());
    Packing whole;
    whole.add(q.size(0));
    return attention_packed(q, k, v, whole, {config_.window(layer), sink(layer)});
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
    const at::Tensor mask = config_.window(layer) > 0 ? window_mask(config_.window(layer)) : mask_;
    if (!sink(layer).defined())
      return at::scaled_dot_product_attention(grouped, seen_keys, seen_values, mask, 0.0, false)
          .reshape(q.sizes());
    return with_sink(grouped, seen_keys, seen_values, mask, sink(layer)).reshape(q.sizes());
  }

 private:
  at::Tensor sink(int layer) const {
    return sinks_.empty() ? at::Tensor() : sinks_[static_cast<std::size_t>(layer)];
  }

  at::Tensor window_mask(std::int64_t window) const {
    const at::Tensor first = (at_ - (window - 1)).view({-1, 1, 1, 1});
    return mask_.logical_and(at::arange(longest_, at_.options()).view({1, 1, 1, -1}) >= first);
  }

  // q [rows, kv_heads, group, D]; one more logit per head, whose weight goes nowhere.
  static at::Tensor with_sink(const at::Tensor& q,
                              const at::Tensor& k,
                              const at::Tensor& v,
                              const at::Tensor& mask,
                              const at::Tensor& sinks) {
    const double scale = 1 / std::sqrt(static_cast<double>(q.size(3)));
    const at::Tensor scores =
        (at::matmul(q, k.transpose(2, 3)) * scale)
            .masked_fill(mask.logical_not(), -std::numeric_limits<float>::infinity());
    const at::Tensor column = sinks.to(q.scalar_type())
                                  .view({1, q.size(1), q.size(2), 1})
                                  .expand({q.size(0), -1, -1, -1});
    return at::matmul(at::softmax(at::cat({scores, column}, 3), 3).slice(3, 0, -1), v);
  }

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
  std::vector<at::Tensor> sinks_;
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
                                          at::TensorOptions options,
                                          std::vector<at::Tensor> sinks) {
  return std::make_unique<DenseCache>(config, slots, length, options, std::move(sinks));
}

}  // namespace vegttt::policy

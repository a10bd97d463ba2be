#include "gpu/prompts.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

#include "gpu/body.h"
#include "gpu/pass_size.h"

namespace vegttt::policy::gpu {
namespace {

// As kernels/policy/prompts.cu.
struct PromptPlace {
  void *keys, *values;
  int begin, length, padded, unused;
};

template <class T>
at::Tensor bytes_on_gpu(const std::vector<T>& items, at::Device device) {
  at::Tensor bytes = at::empty({static_cast<std::int64_t>(items.size() * sizeof(T))}, at::kByte);
  std::memcpy(bytes.mutable_data_ptr(), items.data(), items.size() * sizeof(T));
  return bytes.to(device);
}

// One pass: the prompts' tokens behind each other.
class Pass : public Attention {
 public:
  Pass(GpuModel& gpu, const std::vector<const Tokens*>& prompts) : gpu_(gpu) {
    std::vector<PromptPlace> places;
    std::vector<int> ends{0};
    for (const Tokens* prompt : prompts) {
      caches_.push_back(cache_for(static_cast<int>(prompt->size())));
      const PromptCache& cache = caches_.back();
      places.push_back({mutable_data(cache.keys),
                        mutable_data(cache.values),
                        ends.back(),
                        cache.length,
                        cache.padded,
                        0});
      for (int t = 0; t < cache.length; ++t) {
        Sequence sequence;
        sequence.prompt = t;  // its position; every token is number 0 of a row of its own
        sequence.token = (*prompt)[static_cast<std::size_t>(t)];
        tokens_.push_back(sequence);
      }
      ends.push_back(static_cast<int>(tokens_.size()));
      longest_ = std::max(longest_, cache.length);
    }
    const at::Device device = gpu.model().device();
    places_ = bytes_on_gpu(places, device);
    ends_ = at::tensor(ends, at::kInt).to(device);
    const ModelConfig& c = gpu.config();
    const auto bf16 = at::TensorOptions().device(device).dtype(at::kBFloat16);
    keys_ = at::empty({count(), c.kv_heads, c.head_dim}, bf16);
    values_ = at::empty_like(keys_);
  }

  std::vector<ReadPrompt> read() {
    // Never fewer rows than the experts' kernels for prompts are compiled for.
    Body body(gpu_, std::max(static_cast<int>(count()), 1024));
    const at::Tensor hidden =
        body.run(bytes_on_gpu(tokens_, gpu_.model().device()), static_cast<int>(count()), *this);
    const at::Tensor last = hidden.index_select(0, ends_.slice(0, 1) - 1);
    const at::Tensor logits = at::mm(last, gpu_.model().weights.head.t(), at::kFloat);
    std::vector<ReadPrompt> result;
    for (std::size_t i = 0; i < caches_.size(); ++i)
      result.push_back({caches_[i], logits[static_cast<std::int64_t>(i)].clone()});
    return result;
  }

  Cache cache(int) override { return {mutable_data(keys_), mutable_data(values_), 1}; }

  at::Tensor attend(int index, const at::Tensor& q) override {
    const ModelConfig& c = gpu_.config();
    store(index);
    const int window = c.window(index);
    std::optional<std::int64_t> before, after;
    if (window > 0) before = window - 1, after = 0;
    const auto [out, sums, seed, offset, mask] =
        at::_flash_attention_forward(q.view({count(), c.heads, c.head_dim}),
                                     keys_,
                                     values_,
                                     ends_,
                                     ends_,
                                     longest_,
                                     longest_,
                                     0.0,
                                     /*is_causal=*/true,
                                     /*return_debug_mask=*/false,
                                     std::nullopt,
                                     before,
                                     after);
    const at::Tensor& sinks = gpu_.layer(index).sinks;
    gpu_.mark("attend");
    if (!sinks.defined()) return out.view({count(), -1});
    return with_sinks(out, sums, sinks).view({count(), -1});
  }

 private:
  std::int64_t count() const { return static_cast<std::int64_t>(tokens_.size()); }

  PromptCache cache_for(int length) const {
    const ModelConfig& c = gpu_.config();
    const int padded = (length + 31) / 32 * 32;
    const auto bf16 = at::TensorOptions().device(gpu_.model().device()).dtype(at::kBFloat16);
    return {length,
            padded,
            at::empty({c.layers, c.kv_heads, padded, c.head_dim}, bf16),
            at::empty({c.layers, c.kv_heads, padded / 32, c.head_dim, 32}, bf16)};
  }

  void store(int index) {
    const ModelConfig& c = gpu_.config();
    gpu_.kernel("store_prompts",
                dim3(static_cast<unsigned>(longest_ + 31) / 32,
                     static_cast<unsigned>(c.kv_heads),
                     static_cast<unsigned>(caches_.size())),
                128,
                0,
                data(places_),
                data(keys_),
                data(values_),
                c.kv_heads,
                index);
  }

  // A sink is one more exponential below the line: exp(s) / (exp(s) + exp(sink)) of what was there,
  // s being the logarithm of the others' sum [heads, tokens].
  static at::Tensor with_sinks(const at::Tensor& out,
                               const at::Tensor& sums,
                               const at::Tensor& sinks) {
    const at::Tensor share = at::sigmoid(sums - sinks.to(at::kFloat).unsqueeze(1));
    return (out.to(at::kFloat) * share.t().unsqueeze(2)).to(out.scalar_type());
  }

  GpuModel& gpu_;
  std::vector<Sequence> tokens_;
  std::vector<PromptCache> caches_;
  int longest_ = 0;
  at::Tensor places_, ends_, keys_, values_;
};

}  // namespace

std::vector<ReadPrompt> read_prompts(GpuModel& gpu,
                                     const std::vector<const Tokens*>& prompts,
                                     bool alone) {
  const int experts = gpu.config().experts;
  const auto most = static_cast<std::size_t>(tokens_of_pass(experts));
  std::vector<ReadPrompt> result;
  for (std::size_t begin = 0; begin < prompts.size();) {
    std::size_t end = begin, tokens = 0;
    while (end < prompts.size() &&
           (end == begin || (!alone && tokens + prompts[end]->size() <= most)))
      tokens += prompts[end++]->size();
    const std::vector<const Tokens*> of_pass(prompts.begin() + static_cast<std::ptrdiff_t>(begin),
                                             prompts.begin() + static_cast<std::ptrdiff_t>(end));
    for (ReadPrompt& prompt : Pass(gpu, of_pass).read()) result.push_back(std::move(prompt));
    begin = end;
  }
  return result;
}

}  // namespace vegttt::policy::gpu

#include "gpu/sampler.h"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAGuard.h>

#include <algorithm>
#include <map>

#include "vegttt/core/stop.h"
#include "vegttt/policy/distribution.h"

namespace vegttt::policy::gpu {
namespace {

at::Tensor heads_first(const at::Tensor& x) { return x.transpose(0, 1).unsqueeze(0); }

// A prompt as it was read: its caches and the logits of the next token (float32, CPU).
struct ReadPrompt {
  PromptCache cache;
  at::Tensor logits;
  std::size_t waiting = 0;  // requests that have not ended
};

ReadPrompt read(const Transformer& model, const std::vector<int>& tokens) {
  const ModelConfig& c = model.config;
  ReadPrompt prompt;
  prompt.cache.length = static_cast<int>(tokens.size());
  prompt.cache.padded = (prompt.cache.length + 31) / 32 * 32;
  const auto options = at::TensorOptions().device(model.device()).dtype(model.compute);
  prompt.cache.keys = at::zeros({c.layers, c.kv_heads, prompt.cache.padded, c.head_dim}, options);
  prompt.cache.values = at::zeros({c.layers, c.kv_heads, c.head_dim, prompt.cache.padded}, options);
  Packing alone;
  alone.add(prompt.cache.length);
  const auto attend =
      [&](int layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
        prompt.cache.keys[layer].narrow(1, 0, prompt.cache.length).copy_(k.transpose(0, 1));
        prompt.cache.values[layer].narrow(2, 0, prompt.cache.length).copy_(v.permute({1, 2, 0}));
        const at::Tensor& sinks = model.weights.layers[static_cast<std::size_t>(layer)].sinks;
        if (c.window(layer) > 0 || sinks.defined())
          return attention_packed(q, k, v, alone, {c.window(layer), sinks});
        return at::scaled_dot_product_attention(
                   heads_first(q), heads_first(k), heads_first(v), {}, 0.0, true, {}, true)
            .squeeze(0)
            .transpose(0, 1);
      };
  const at::Tensor input = at::tensor(tokens, at::kInt).to(model.device(), at::kLong);
  const at::Tensor hidden =
      forward(model, input, at::arange(input.size(0), input.options()), attend);
  prompt.logits = logits(model, hidden.slice(0, -1)).to(at::kCPU, at::kFloat).contiguous();
  return prompt;
}

// One call of sample().
class Run {
 public:
  Run(const Transformer& model,
      Decoder& decoder,
      const std::vector<SampleRequest>& requests,
      const config::SamplingOptions& options,
      const std::vector<int>& end_tokens,
      const Sampler::Done& done)
      : model_(model),
        decoder_(decoder),
        requests_(requests),
        options_(options),
        end_tokens_(end_tokens),
        done_(done),
        rows_(static_cast<std::size_t>(decoder.rows())) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      ++prompts_[requests[i].prompt].waiting;
      order_.push_back(i);
    }
    // Requests of a prompt behind each other, prompts in the order of their first request.
    std::map<std::vector<int>, std::size_t> first;
    for (std::size_t i = 0; i < requests.size(); ++i) first.emplace(requests[i].prompt, i);
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return first.at(requests[a].prompt) < first.at(requests[b].prompt);
    });
  }

  void run() {
    while (true) {
      core::throw_if_stopped();
      for (std::size_t row = 0; row < rows_.size(); ++row)
        while (!rows_[row].active && next_ < order_.size()) start(row, order_[next_++]);
      if (std::none_of(rows_.begin(), rows_.end(), [](const Row& r) { return r.active; })) return;
      const Decoder::Burst burst = decoder_.run();
      for (std::size_t row = 0; row < rows_.size(); ++row)
        if (rows_[row].active) take(row, burst);
    }
  }

 private:
  struct Row {
    bool active = false;
    std::size_t request = 0;
    Completion completion;
  };

  void start(std::size_t row, std::size_t request) {
    ReadPrompt& prompt = prompts_.at(requests_[request].prompt);
    if (!prompt.logits.defined()) {
      const std::size_t waiting = prompt.waiting;
      prompt = read(model_, requests_[request].prompt);
      prompt.waiting = waiting;
    }
    const core::CounterRng& stream = requests_[request].stream;
    const Choice choice = choose(
        {prompt.logits.const_data_ptr<float>(), static_cast<std::size_t>(model_.config.vocab)},
        options_,
        stream.uniform(0));
    rows_[row] = {true, request, {}};
    if (append(rows_[row], choice.token, choice.logprob)) return end(row);
    decoder_.assign(static_cast<int>(row), prompt.cache, stream.key(), choice.token);
  }

  void take(std::size_t row, const Decoder::Burst& burst) {
    const std::size_t place = rows_[row].completion.tokens.size() - 1;
    for (std::size_t k = place; k < place + Decoder::kBurst; ++k) {
      const std::size_t at = row * Decoder::kBurst + k % Decoder::kBurst;
      if (append(rows_[row], burst.tokens[at], burst.logprobs[at])) return end(row);
    }
  }

  // True when the completion is over.
  bool append(Row& row, int token, float logprob) const {
    Completion& completion = row.completion;
    completion.tokens.push_back(token);
    completion.logprobs.push_back(logprob);
    const bool ended =
        std::find(end_tokens_.begin(), end_tokens_.end(), token) != end_tokens_.end();
    completion.truncated =
        !ended && completion.tokens.size() >= static_cast<std::size_t>(options_.max_new_tokens);
    return ended || completion.truncated;
  }

  void end(std::size_t row) {
    decoder_.release(static_cast<int>(row));
    rows_[row].active = false;
    const auto prompt = prompts_.find(requests_[rows_[row].request].prompt);
    if (--prompt->second.waiting == 0) prompts_.erase(prompt);
    done_(rows_[row].request, std::move(rows_[row].completion));
  }

  const Transformer& model_;
  Decoder& decoder_;
  const std::vector<SampleRequest>& requests_;
  const config::SamplingOptions& options_;
  const std::vector<int>& end_tokens_;
  const Sampler::Done& done_;
  std::vector<Row> rows_;
  std::vector<std::size_t> order_;
  std::size_t next_ = 0;
  std::map<std::vector<int>, ReadPrompt> prompts_;
};

}  // namespace

void Sampler::sample(const std::vector<SampleRequest>& requests,
                     const config::SamplingOptions& options,
                     const std::vector<int>& end_tokens,
                     const Done& done) {
  at::cuda::getCurrentCUDAStream().synchronize();  // what an update has written
  const c10::cuda::CUDAStreamGuard guard(at::cuda::getStreamFromPool());
  if (!decoder_ || !decoder_->serves(options)) {
    decoder_.reset();
    decoder_ = std::make_unique<Decoder>(model_, options);
  }
  decoder_->refresh();
  Run(model_, *decoder_, requests, options, end_tokens, done).run();
  at::cuda::getCurrentCUDAStream().synchronize();
}

}  // namespace vegttt::policy::gpu

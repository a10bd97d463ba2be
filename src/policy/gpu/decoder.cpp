#include "gpu/decoder.h"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>

#include <cmath>
#include <map>

#include "ops/ops.h"
#include "vegttt/core/error.h"
#include "vegttt_embedded/vegttt_policy_kernels.h"

namespace vegttt::policy::gpu {
namespace {

const void* data(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr() : nullptr;
}
void* mutable_data(const at::Tensor& tensor) { return tensor.mutable_data_ptr(); }

struct Rope {
  const void* frequencies;
  float magnitude;
};

struct Filters {
  float inverse_temperature;
  int top_k;
  float top_p, min_p;
};

// As decode.cu: two chunks of 32 keys and values for each warp.
constexpr unsigned kAttendWarps = 3;
unsigned attend_shared(const ModelConfig& config) {
  return kAttendWarps * 2 * 2 * 32 * static_cast<unsigned>(config.head_dim) * 2;
}

std::string source() {
  std::string text;
  for (const char* file : {"kernels/policy/decode.cu", "kernels/policy/sample.cu"})
    text += std::string(carried_kernels::find_embedded(file).value());
  return text;
}

}  // namespace

bool Decoder::fits(const Transformer& model) {
  const ModelConfig& c = model.config;
  return c.experts == 0 && !c.mlp_bias && model.device().is_cuda() &&
         model.compute == at::kBFloat16 && model.weights.embed.scalar_type() == at::kBFloat16 &&
         (c.head_dim == 64 || c.head_dim == 128) && c.heads / c.kv_heads <= 16 &&
         c.vocab % 4 == 0 && c.hidden % 8 == 0 && c.ffn % 8 == 0;
}

Decoder::Decoder(Transformer& model, const config::SamplingOptions& options)
    : model_(model),
      options_(options),
      weights_(model),
      rows_(options.slots),
      length_((options.max_new_tokens + 31) / 32 * 32) {
  const ModelConfig& c = model.config;
  program_ = std::make_unique<Program>(
      source(),
      std::vector<std::string>{"HEAD_DIM=" + std::to_string(c.head_dim),
                               "GROUP=" + std::to_string(c.heads / c.kv_heads),
                               "RANK=" + std::to_string(weights_.rank())});
  program_->allow_shared("attend", static_cast<int>(attend_shared(c)));
  make_tensors();
  refresh();
}

void Decoder::make_tensors() {
  const ModelConfig& c = model_.config;
  const auto bf16 = at::TensorOptions().device(model_.device()).dtype(at::kBFloat16);
  const auto host = at::TensorOptions().pinned_memory(true);
  for (int i = 0; i < c.layers; ++i) {
    keys_.push_back(at::zeros({rows_, c.kv_heads, length_, c.head_dim}, bf16));
    values_.push_back(at::zeros({rows_, c.kv_heads, c.head_dim, length_}, bf16));
  }
  frequencies_ = ops::rope_frequencies(c).to(model_.device());
  scales_ = at::zeros({c.layers, 3}, bf16.dtype(at::kFloat));
  const auto rows_of = [&](std::int64_t columns) { return at::zeros({rows_, columns}, bf16); };
  const FusedLayer& first = weights_.layers().front();
  x_ = rows_of(c.hidden);
  normed_ = rows_of(c.hidden);
  heads_ = rows_of(first.qkv.matrix.size(0));
  q_ = rows_of(std::int64_t{c.heads} * c.head_dim);
  mixed_ = rows_of(std::int64_t{c.heads} * c.head_dim);
  added_ = rows_of(first.o.matrix.size(0));
  wide_ = rows_of(first.gate_up.matrix.size(0));
  hidden_ = rows_of(c.ffn);
  logits_ = at::zeros({rows_, c.vocab}, bf16.dtype(at::kFloat));
  const std::int64_t bytes = static_cast<std::int64_t>(sizeof(Sequence)) * rows_;
  sequences_ = at::zeros({bytes}, bf16.dtype(at::kByte));
  sequences_host_ = at::zeros({bytes}, host.dtype(at::kByte));
  tokens_ = at::zeros({rows_, kBurst}, bf16.dtype(at::kInt));
  logprobs_ = at::zeros({rows_, kBurst}, bf16.dtype(at::kFloat));
  failed_ = at::zeros({1}, bf16.dtype(at::kInt));
  tokens_host_ = at::zeros({rows_, kBurst}, host.dtype(at::kInt));
  logprobs_host_ = at::zeros({rows_, kBurst}, host.dtype(at::kFloat));
  failed_host_ = at::zeros({1}, host.dtype(at::kInt));
}

bool Decoder::serves(const config::SamplingOptions& o) const {
  return o.slots == rows_ && o.max_new_tokens <= length_ && o.temperature == options_.temperature &&
         o.top_p == options_.top_p && o.top_k == options_.top_k && o.min_p == options_.min_p;
}

void Decoder::assign(int row, const PromptCache& prompt, std::uint64_t key, int token) {
  reinterpret_cast<Sequence*>(sequences_host_.mutable_data_ptr())[row] = {
      data(prompt.keys), data(prompt.values), key, prompt.length, prompt.padded, 0, token};
  changed_ = true;
}

void Decoder::release(int row) {
  reinterpret_cast<Sequence*>(sequences_host_.mutable_data_ptr())[row] = {};
  changed_ = true;
}

void Decoder::mark(const char* name) {
  if (marks_ == nullptr) return;
  cudaEvent_t event = nullptr;
  cudaEventCreate(&event);
  cudaEventRecord(event, at::cuda::getCurrentCUDAStream());
  marks_->emplace_back(name, event);
}

void Decoder::product(const char* name,
                      const at::Tensor& x,
                      const at::Tensor& matrix,
                      at::Tensor& y) {
  at::mm_out(y, x, matrix.t());
  mark(name);
}

template <class... Arguments>
void Decoder::kernel(
    const char* name, dim3 grid, dim3 block, unsigned shared, Arguments... arguments) {
  program_->launch(name, grid, block, shared, at::cuda::getCurrentCUDAStream(), arguments...);
  mark(name);
}

std::vector<std::pair<std::string, double>> Decoder::time_parts() {
  std::vector<std::pair<std::string, cudaEvent_t>> marks;
  step();
  marks_ = &marks;
  mark("begin");
  step();
  marks_ = nullptr;
  at::cuda::getCurrentCUDAStream().synchronize();
  std::map<std::string, double> sums;
  for (std::size_t i = 1; i < marks.size(); ++i) {
    float ms = 0;
    cudaEventElapsedTime(&ms, marks[i - 1].second, marks[i].second);
    sums[marks[i].first] += ms * 1e3;
  }
  for (const auto& [name, event] : marks) cudaEventDestroy(event);
  return {sums.begin(), sums.end()};
}

// Every launch's arguments have exactly the types of the kernel's parameters (kernels/policy).
void Decoder::step() {
  const ModelConfig& c = model_.config;
  kernel("embed",
         dim3(static_cast<unsigned>(rows_)),
         256,
         0,
         data(sequences_),
         data(model_.weights.embed),
         mutable_data(x_),
         c.hidden);
  norm(nullptr, model_.weights.layers[0].input_norm);
  for (int i = 0; i < c.layers; ++i) {
    const auto at = static_cast<std::size_t>(i);
    attention(i);
    norm(&weights_.layers()[at].o, model_.weights.layers[at].post_norm);
    mlp(weights_.layers()[at]);
    norm(&weights_.layers()[at].down,
         i + 1 < c.layers ? model_.weights.layers[at + 1].input_norm : model_.weights.norm);
  }
  at::mm_out(logits_, normed_, model_.weights.head.t(), at::kFloat);
  mark("head");
  choose();
}

// Adds what `linear` has left in added_, if any, and normalises.
void Decoder::norm(const FusedLinear* linear, const at::Tensor& weight) {
  const ModelConfig& c = model_.config;
  const void* none = nullptr;
  kernel("add_and_norm",
         dim3(static_cast<unsigned>(rows_)),
         1024,
         0,
         mutable_data(x_),
         linear != nullptr ? data(added_) : none,
         linear != nullptr ? static_cast<int>(added_.size(1)) : 0,
         linear != nullptr ? data(linear->b) : none,
         linear != nullptr ? linear->scales[0] : 0.0f,
         linear != nullptr ? data(linear->bias) : none,
         data(weight),
         static_cast<float>(c.rms_eps),
         c.norm_in_float ? 1 : 0,
         mutable_data(normed_),
         c.hidden);
}

void Decoder::attention(int index) {
  const ModelConfig& c = model_.config;
  const auto at = static_cast<std::size_t>(index);
  const auto rows = static_cast<unsigned>(rows_);
  const Layer& layer = model_.weights.layers[at];
  const FusedLayer& fused = weights_.layers()[at];
  product("qkv", normed_, fused.qkv.matrix, heads_);
  kernel("split_heads",
         dim3(rows, static_cast<unsigned>(c.heads + 2 * c.kv_heads)),
         static_cast<unsigned>(c.head_dim),
         0,
         data(sequences_),
         data(heads_),
         data(fused.qkv.b),
         static_cast<const void*>(scales_.const_data_ptr<float>() + 3 * index),
         data(fused.qkv.bias),
         data(layer.q_norm),
         data(layer.k_norm),
         static_cast<float>(c.rms_eps),
         Rope{data(frequencies_), static_cast<float>(c.rope_scaling.attention_factor)},
         mutable_data(q_),
         mutable_data(keys_[at]),
         mutable_data(values_[at]),
         c.heads,
         c.kv_heads,
         length_);
  kernel("attend",
         dim3(rows, static_cast<unsigned>(c.kv_heads)),
         32 * kAttendWarps,
         attend_shared(c),
         data(sequences_),
         data(q_),
         data(keys_[at]),
         data(values_[at]),
         data(layer.sinks),
         mutable_data(mixed_),
         c.kv_heads,
         length_,
         index,
         c.window(index),
         static_cast<float>(1 / std::sqrt(static_cast<double>(c.head_dim))));
  product("o", mixed_, fused.o.matrix, added_);
}

void Decoder::mlp(const FusedLayer& fused) {
  const int ffn = model_.config.ffn;
  product("gate_up", normed_, fused.gate_up.matrix, wide_);
  kernel("gated",
         dim3(static_cast<unsigned>(ffn / 2 + 255) / 256, static_cast<unsigned>(rows_ + 7) / 8),
         256,
         0,
         data(wide_),
         data(fused.gate_up.b),
         fused.gate_up.scales[0],
         fused.gate_up.scales[1],
         mutable_data(hidden_),
         rows_,
         ffn);
  product("down", hidden_, fused.down.matrix, added_);
}

void Decoder::choose() {
  const bool greedy = options_.temperature == 0;
  kernel("sample",
         dim3(static_cast<unsigned>(rows_)),
         1024,
         0,
         mutable_data(sequences_),
         data(logits_),
         Filters{greedy ? 0.0f : static_cast<float>(1 / options_.temperature),
                 options_.top_k,
                 static_cast<float>(options_.top_p),
                 static_cast<float>(options_.min_p)},
         mutable_data(tokens_),
         mutable_data(logprobs_),
         mutable_data(failed_),
         model_.config.vocab,
         length_,
         kBurst);
}

void Decoder::capture() {
  step();  // libraries set themselves up outside of a capture
  at::cuda::getCurrentCUDAStream().synchronize();
  graph_ = std::make_unique<at::cuda::CUDAGraph>();
  graph_->capture_begin();
  for (int i = 0; i < kBurst; ++i) step();
  graph_->capture_end();
  changed_ = true;  // the step above has moved sequences on
}

// Scales of products that follow each other lie on the device; those of single ones are in the
// graph.
void Decoder::refresh() {
  if (weights_.refresh()) graph_.reset();
  std::vector<float> scales;
  for (const FusedLayer& layer : weights_.layers())
    scales.insert(scales.end(), layer.qkv.scales.begin(), layer.qkv.scales.end());
  scales_.copy_(at::tensor(scales, at::kFloat).view({-1, 3}));
  failed_.zero_();
}

void Decoder::upload() {
  sequences_.copy_(sequences_host_, /*non_blocking=*/true);
  changed_ = false;
}

Decoder::Burst Decoder::run() {
  if (changed_) upload();
  if (!graph_) {
    capture();
    upload();
  }
  graph_->replay();
  tokens_host_.copy_(tokens_, true);
  logprobs_host_.copy_(logprobs_, true);
  failed_host_.copy_(failed_, true);
  sequences_host_.copy_(sequences_, true);
  at::cuda::getCurrentCUDAStream().synchronize();
  if (failed_host_.item<int>() != 0)
    throw core::MachineError("the model's logits are not finite", "sample");
  return {tokens_host_.const_data_ptr<int>(), logprobs_host_.const_data_ptr<float>()};
}

}  // namespace vegttt::policy::gpu

#include "gpu/decoder.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "gpu/attend_shape.h"
#include "vegttt/core/error.h"

namespace vegttt::policy::gpu {
namespace {

struct Filters {
  float inverse_temperature;
  int top_k;
  float top_p, min_p;
};

// Fewer rows than there could be are decoded by smaller steps. Products hardly change below 64
// rows, the experts that are read and attention do.
std::vector<int> sizes_of_steps(int rows, bool only_whole) {
  std::vector<int> sizes;
  if (!only_whole)
    for (const int size : {8, 16, 32, 64, 96, 128, 192, 256, 384, 512})
      if (size < rows) sizes.push_back(size);
  sizes.push_back(rows);
  return sizes;
}

Sequence* sequences_in(const at::Tensor& bytes) {
  return reinterpret_cast<Sequence*>(bytes.mutable_data_ptr());
}

}  // namespace

Decoder::Decoder(GpuModel& gpu, const config::SamplingOptions& options)
    : gpu_(gpu),
      options_(options),
      rows_(options.slots),
      length_((options.max_new_tokens + 31) / 32 * 32),
      sizes_(sizes_of_steps(rows_, options.batch_invariant)),
      body_(gpu, rows_) {
  make_tensors();
}

void Decoder::make_tensors() {
  const ModelConfig& c = gpu_.config();
  const auto bf16 = at::TensorOptions().device(gpu_.model().device()).dtype(at::kBFloat16);
  const auto host = at::TensorOptions().pinned_memory(true);
  for (int i = 0; i < c.layers; ++i) {
    keys_.push_back(at::zeros({rows_, c.kv_heads, length_, c.head_dim}, bf16));
    values_.push_back(at::zeros({rows_, c.kv_heads, length_ / 32, c.head_dim, 32}, bf16));
  }
  mixed_ = at::zeros({rows_, std::int64_t{c.heads} * c.head_dim}, bf16);
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
         o.top_p == options_.top_p && o.top_k == options_.top_k && o.min_p == options_.min_p &&
         o.batch_invariant == options_.batch_invariant;
}

void Decoder::begin(bool changed) {
  if (changed) graphs_.clear();
  failed_.zero_();
  // Rows of a call that ended by an exception name prompts that are gone.
  for (int row = 0; row < rows_; ++row) release(row);
}

void Decoder::assign(int row, const PromptCache& prompt, std::uint64_t key, int token) {
  sequences_in(sequences_host_)[row] = {
      data(prompt.keys), data(prompt.values), key, prompt.length, prompt.padded, 0, token};
  changed_ = true;
}

void Decoder::release(int row) {
  sequences_in(sequences_host_)[row] = {};
  changed_ = true;
}

void Decoder::move(int from, int to) {
  Sequence* sequences = sequences_in(sequences_host_);
  sequences[to] = sequences[from];
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    keys_[i][to].copy_(keys_[i][from]);
    values_[i][to].copy_(values_[i][from]);
  }
  release(from);
}

Attention::Cache Decoder::cache(int layer) {
  const auto i = static_cast<std::size_t>(layer);
  return {mutable_data(keys_[i]), mutable_data(values_[i]), length_};
}

// Every launch's arguments have exactly the types of the kernel's parameters (kernels/policy).
at::Tensor Decoder::attend(int index, const at::Tensor& q) {
  const ModelConfig& c = gpu_.config();
  const auto i = static_cast<std::size_t>(index);
  at::Tensor mixed = mixed_.narrow(0, 0, q.size(0));
  const auto rows = static_cast<int>(q.size(0));
  const AttendShape shape = attend_shape(c, rows, options_.batch_invariant);
  gpu_.kernel("attend",
              dim3(static_cast<unsigned>((rows + shape.together - 1) / shape.together),
                   static_cast<unsigned>(c.kv_heads)),
              static_cast<unsigned>(32 * shape.warps),
              static_cast<unsigned>(shape.warps * AttendShape::warp_bytes(c.head_dim)),
              data(sequences_),
              data(q),
              data(keys_[i]),
              data(values_[i]),
              data(gpu_.layer(index).sinks),
              mutable_data(mixed),
              rows,
              shape.together,
              c.kv_heads,
              length_,
              index,
              c.window(index),
              static_cast<float>(1 / std::sqrt(static_cast<double>(c.head_dim))));
  return mixed;
}

void Decoder::step(int rows) {
  const at::Tensor hidden = body_.run(sequences_, rows, *this);
  at::Tensor logits = logits_.narrow(0, 0, rows);
  at::mm_out(logits, hidden, gpu_.model().weights.head.t(), at::kFloat);
  gpu_.mark("head");
  choose(sequences_, logits, tokens_, logprobs_);
}

void Decoder::choose(const at::Tensor& sequences,
                     const at::Tensor& logits,
                     at::Tensor& tokens,
                     at::Tensor& logprobs) {
  const bool greedy = options_.temperature == 0;
  gpu_.kernel("sample",
              dim3(static_cast<unsigned>(logits.size(0))),
              1024,
              0,
              mutable_data(sequences),
              data(logits),
              Filters{greedy ? 0.0f : static_cast<float>(1 / options_.temperature),
                      options_.top_k,
                      static_cast<float>(options_.top_p),
                      static_cast<float>(options_.min_p)},
              mutable_data(tokens),
              mutable_data(logprobs),
              mutable_data(failed_),
              gpu_.config().vocab,
              length_,
              static_cast<int>(tokens.size(1)));
}

// The kernel takes the random number of place + 1.
std::vector<Decoder::Chosen> Decoder::choose_first(const std::vector<First>& firsts) {
  const auto count = static_cast<std::int64_t>(firsts.size());
  at::Tensor sequences =
      at::zeros({count * static_cast<std::int64_t>(sizeof(Sequence))}, at::kByte);
  std::vector<at::Tensor> rows;
  for (const First& first : firsts) {
    Sequence& sequence = sequences_in(sequences)[rows.size()];
    sequence.key = first.key;
    sequence.prompt = 1;
    sequence.place = -1;
    rows.push_back(first.logits);
  }
  at::Tensor tokens = at::empty({count, 1}, tokens_.options()),
             logprobs = at::empty({count, 1}, logprobs_.options());
  choose(sequences.to(gpu_.model().device()), at::stack(rows), tokens, logprobs);
  tokens = tokens.cpu(), logprobs = logprobs.cpu();
  failed_host_.copy_(failed_);
  check();
  std::vector<Chosen> chosen;
  for (std::int64_t i = 0; i < count; ++i)
    chosen.push_back({tokens.const_data_ptr<int>()[i], logprobs.const_data_ptr<float>()[i]});
  return chosen;
}

at::cuda::CUDAGraph& Decoder::graph(int rows) {
  std::unique_ptr<at::cuda::CUDAGraph>& graph = graphs_[rows];
  if (graph) return *graph;
  step(rows);  // libraries set themselves up outside of a capture
  at::cuda::getCurrentCUDAStream().synchronize();
  graph = std::make_unique<at::cuda::CUDAGraph>();
  // Other threads, the evaluator's, go on calling CUDA meanwhile.
  graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
  for (int i = 0; i < kBurst; ++i) step(rows);
  graph->capture_end();
  upload();  // the step above has moved sequences on
  return *graph;
}

void Decoder::upload() {
  sequences_.copy_(sequences_host_, /*non_blocking=*/true);
  changed_ = false;
}

void Decoder::check() const {
  if (failed_host_.item<int>() != 0)
    throw core::MachineError("the model's logits are not finite", "sample");
}

Decoder::Burst Decoder::run(int rows) {
  if (changed_) upload();
  graph(*std::lower_bound(sizes_.begin(), sizes_.end(), rows)).replay();
  tokens_host_.copy_(tokens_, true);
  logprobs_host_.copy_(logprobs_, true);
  failed_host_.copy_(failed_, true);
  sequences_host_.copy_(sequences_, true);
  at::cuda::getCurrentCUDAStream().synchronize();
  check();
  return {tokens_host_.const_data_ptr<int>(), logprobs_host_.const_data_ptr<float>()};
}

std::vector<std::pair<std::string, double>> Decoder::time_parts() {
  GpuModel::Marks marks;
  step(rows_);
  gpu_.set_marks(&marks);
  gpu_.mark("begin");
  step(rows_);
  gpu_.set_marks(nullptr);
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

}  // namespace vegttt::policy::gpu

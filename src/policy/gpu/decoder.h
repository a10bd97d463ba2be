// One step of decoding for a fixed number of rows, as a CUDA graph: the next token of every row.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/cuda/CUDAGraph.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gpu/fused_weights.h"
#include "gpu/program.h"
#include "vegttt/config/experiment.h"

namespace vegttt::policy::gpu {

// A prompt's keys and values of all layers, shared by the rows that continue it.
struct PromptCache {
  int length = 0, padded = 0;  // tokens; rounded up to 32
  at::Tensor keys, values;  // [layers, kv_heads, padded, D], [layers, kv_heads, D, padded]; zeros
                            // behind the prompt
};

// As in kernels/policy/decode.cu.
struct Sequence {
  const void *prompt_keys = nullptr, *prompt_values = nullptr;
  std::uint64_t key = 0;
  int prompt = 0, padded = 0;
  int place = 0;
  int token = 0;
};

class Decoder {
 public:
  static constexpr int kBurst = 8;  // steps between two looks of the host
  // True for what a GPU has shown right (gpu_sampler_test): dense models in bf16, head_dim 64 or
  // 128, with or without head norms, biases of attention, windows, sinks and stretched angles.
  static bool fits(const Transformer& model);

  // Fuses the model's weights (fused_weights.h). `length`: longest completion.
  Decoder(Transformer& model, const config::SamplingOptions& options);

  int rows() const { return rows_; }
  int length() const { return length_; }
  // What graphs were captured with; other options need another decoder.
  bool serves(const config::SamplingOptions& options) const;
  // Uses the adapter as it is now.
  void refresh();

  // Row `row` continues `prompt` with `token`, which was sampled as its first.
  void assign(int row, const PromptCache& prompt, std::uint64_t key, int token);
  void release(int row);

  struct Burst {
    const int* tokens = nullptr;      // [rows, kBurst], at place % kBurst
    const float* logprobs = nullptr;  // of the place that was read: token number place + 1
  };
  // Microseconds of one step by part (a kernel's name, a product's), each part on its own between
  // events, so that gaps between launches count. For benchmarks; leaves sequences moved on.
  std::vector<std::pair<std::string, double>> time_parts();

  // kBurst steps of all rows. Valid until the next. MachineError when logits are not finite.
  Burst run();

 private:
  void make_tensors();
  void step();
  void norm(const FusedLinear* linear, const at::Tensor& weight);
  void attention(int index);
  void mlp(const FusedLayer& fused);
  void choose();
  void capture();
  void product(const char* name, const at::Tensor& x, const at::Tensor& matrix, at::Tensor& y);
  template <class... Arguments>
  void kernel(const char* name, dim3 grid, dim3 block, unsigned shared, Arguments... arguments);
  void mark(const char* name);
  void upload();

  Transformer& model_;
  config::SamplingOptions options_;
  FusedWeights weights_;
  int rows_, length_;
  std::unique_ptr<Program> program_;
  std::vector<at::Tensor> keys_, values_;  // by layer: [rows, kv, length, D], [rows, kv, D, length]
  at::Tensor frequencies_, scales_;        // [D / 2]; [layers, 3]
  at::Tensor x_, normed_, heads_, q_, mixed_, added_, wide_, hidden_, logits_;
  at::Tensor sequences_, sequences_host_;  // bytes of Sequence
  at::Tensor tokens_, logprobs_, failed_, tokens_host_, logprobs_host_, failed_host_;
  bool changed_ = true;
  std::unique_ptr<at::cuda::CUDAGraph> graph_;  // of kBurst steps, once captured
  std::vector<std::pair<std::string, cudaEvent_t>>* marks_ = nullptr;  // while parts are timed
};

}  // namespace vegttt::policy::gpu

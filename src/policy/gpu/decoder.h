// One step of decoding, as a CUDA graph: the next token of every row.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/cuda/CUDAGraph.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gpu/body.h"
#include "gpu/prompts.h"
#include "vegttt/config/experiment.h"

namespace vegttt::policy::gpu {

class Decoder : private Attention {
 public:
  static constexpr int kBurst = 8;  // steps between two looks of the host

  // For completions of at most options.max_new_tokens tokens, options.slots at a time.
  Decoder(GpuModel& gpu, const config::SamplingOptions& options);

  int rows() const { return rows_; }
  // What graphs were captured with; other options need another decoder.
  bool serves(const config::SamplingOptions& options) const;
  // Before a call's first step: graphs hold what `changed` says is no longer so.
  void begin(bool changed);

  // The token behind a prompt, chosen as those of steps are.
  struct Chosen {
    int token = 0;
    float logprob = 0;
  };
  struct First {
    at::Tensor logits;  // ReadPrompt's
    std::uint64_t key = 0;
  };
  std::vector<Chosen> choose_first(const std::vector<First>& firsts);

  // Row `row` continues `prompt` with `token`, which was sampled as its first.
  void assign(int row, const PromptCache& prompt, std::uint64_t key, int token);
  void release(int row);
  // Row `from` goes on as row `to`, which is nobody's.
  void move(int from, int to);

  struct Burst {
    const int* tokens = nullptr;      // [rows, kBurst], at place % kBurst
    const float* logprobs = nullptr;  // of the place that was read: token number place + 1
  };
  // kBurst steps of the first `rows` rows or a few more. Valid until the next. MachineError when
  // logits are not finite.
  Burst run(int rows);
  // Sizes of steps, ascending: the last one is rows().
  const std::vector<int>& sizes() const { return sizes_; }

  // Microseconds of one step by part (a kernel's name, a product's), each part on its own between
  // events, so that gaps between launches count. For benchmarks; leaves sequences moved on.
  std::vector<std::pair<std::string, double>> time_parts();

 private:
  Cache cache(int layer) override;
  at::Tensor attend(int layer, const at::Tensor& q) override;
  void make_tensors();
  void step(int rows);
  void choose(const at::Tensor& sequences,
              const at::Tensor& logits,
              at::Tensor& tokens,
              at::Tensor& logprobs);
  at::cuda::CUDAGraph& graph(int rows);
  void upload();
  void check() const;

  GpuModel& gpu_;
  config::SamplingOptions options_;
  int rows_, length_;
  std::vector<int> sizes_;
  Body body_;
  std::vector<at::Tensor> keys_,
      values_;  // by layer: [rows, kv, length, D], [.., length / 32, D, 32]
  at::Tensor mixed_, logits_;
  at::Tensor sequences_, sequences_host_;  // bytes of Sequence
  at::Tensor tokens_, logprobs_, failed_, tokens_host_, logprobs_host_, failed_host_;
  bool changed_ = true;                                         // sequences_host_ is ahead
  std::map<int, std::unique_ptr<at::cuda::CUDAGraph>> graphs_;  // of kBurst steps, by rows
};

}  // namespace vegttt::policy::gpu

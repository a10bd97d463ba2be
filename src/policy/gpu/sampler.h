// Samples completions on a GPU: prompts are read once, rows are refilled as completions end.
#pragma once

#include <c10/cuda/CUDAStream.h>

#include <memory>
#include <optional>

#include "gpu/decoder.h"
#include "sampling/request_queue.h"
#include "vegttt/policy/policy.h"

namespace vegttt::policy::gpu {

class Sampler {
 public:
  using Done = std::function<void(std::size_t, Completion)>;
  explicit Sampler(Transformer& model) : model_(model) {}

  void sample(const std::vector<SampleRequest>& requests,
              const config::SamplingOptions& options,
              const std::vector<int>& end_tokens,
              const Done& done);

  // Keys, values and graphs, until the next call makes them anew.
  void release_caches() { decoder_.reset(); }

  // Of the last call's options.
  Decoder& decoder() { return *decoder_; }

 private:
  Transformer& model_;
  std::unique_ptr<GpuModel> gpu_;
  std::unique_ptr<Decoder> decoder_;  // of the last options
  // One for all calls: what libraries and the allocator keep belongs to a stream.
  std::optional<c10::cuda::CUDAStream> stream_;
};

}  // namespace vegttt::policy::gpu

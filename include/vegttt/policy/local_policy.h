// A model folder that samples in this process. The learner (learn/local_learner.h) shares its
// weights and adapter: an update is what the next sample sees.
#pragma once

#include <memory>
#include <string>

#include "vegttt/config/experiment.h"
#include "vegttt/policy/chat.h"
#include "vegttt/policy/lora.h"
#include "vegttt/policy/policy.h"
#include "vegttt/policy/transformer.h"

namespace vegttt::policy {

namespace gpu {
class Sampler;
}
class Parking;

class LocalPolicy : public Sampler {
 public:
  // `adapter` may be empty (no LoRA). Attaches it to the model.
  LocalPolicy(std::string name,
              std::shared_ptr<Transformer> model,
              std::shared_ptr<Tokenizer> tokenizer,
              ChatFormat chat,
              std::shared_ptr<Adapter> adapter);

  std::vector<int> encode_prompt(const std::string& system, const std::string& user) const override;
  std::string decode_completion(const std::vector<int>& tokens) const override;
  // On a CPU in float32 tokens and log-probs are a function of request, options and weights alone:
  // neither the other requests, nor their order, nor the number of slots or threads changes a bit.
  // (Another CPU type may: libm's and the compiler's choices. Other devices and types: a batch may
  // change the last bits, hence now and then a token.) Throws UserError on options out of range or
  // a prompt longer than the model's positions.
  void sample(const std::vector<SampleRequest>& requests,
              const config::SamplingOptions& options,
              const std::function<void(std::size_t, Completion)>& done) override;

  // Others want `bytes` of the policy's device: gives back what is not needed until the next call,
  // the least first: caches of decoding, then the weights, which wait in host memory.
  void make_room(std::uint64_t bytes);
  // Whom to ask for room in turn when those come back.
  void when_short(std::function<void(std::uint64_t bytes)> ask) { ask_for_room_ = std::move(ask); }

  // For benchmarks: microseconds of one step of decoding by part, each on its own, of the rows that
  // are under way: to be asked from `done` during sample(). Empty where decoding has no parts that
  // could be told apart (all but CUDA graphs).
  std::vector<std::pair<std::string, double>> step_parts_us() const;

  const std::string& name() const { return name_; }  // goes into adapter_config.json
  const Tokenizer& tokenizer() const { return *tokenizer_; }
  const ChatFormat& chat() const { return chat_; }
  // Weights that had to make room are back before this returns.
  const std::shared_ptr<Transformer>& model() const {
    restore();
    return model_;
  }
  const std::shared_ptr<Adapter>& adapter() const { return adapter_; }

 private:
  std::string name_;
  std::shared_ptr<Transformer> model_;
  std::shared_ptr<Tokenizer> tokenizer_;
  ChatFormat chat_;
  std::shared_ptr<Adapter> adapter_;
  void restore() const;

  std::shared_ptr<Parking> parking_;
  std::function<void(std::uint64_t)> ask_for_room_;
  std::shared_ptr<gpu::Sampler> gpu_;  // for models and devices that it can decode
};

// A folder; "starter" -> configs/policies/starter of the current folder, else the one that the
// program carries; a hub id ("Qwen/Qwen3-0.6B") in the local hub cache, never downloaded. Throws
// UserError saying where it looked.
core::fs::path find_model_folder(const std::string& name);

// Everything that load_local would refuse, without copying a weight: configuration, tensors and
// their shapes, memory, tokenizer, chat format, adapter or its targets. For a dry run.
void check_local(const config::PolicyOptions& options);

// Loads options.folder on options.device with a new adapter of options.lora (seeded by `seed`), or
// the adapter of options.init. `init` is a checkpoint folder.
std::unique_ptr<LocalPolicy> load_local(const config::PolicyOptions& options,
                                        std::uint64_t seed = 0);

// Makes the policy theta_0 of another run: the adapter that load_local would give it, written over
// the one it has, so that nothing is loaded or captured again. `options` must be those it was
// loaded with; a learner of the run before must be gone. Throws UserError when they do not fit.
void start_over(LocalPolicy& policy, const config::PolicyOptions& options, std::uint64_t seed);

}  // namespace vegttt::policy

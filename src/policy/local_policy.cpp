#include "vegttt/policy/local_policy.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "gpu/sampler.h"
#include "parking.h"
#include "sampling/workers.h"
#include "vegttt/core/error.h"
#include "vegttt/policy/device.h"
#include "vegttt/policy/distribution.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::policy {
namespace {

void check_request(const SampleRequest& request,
                   const config::SamplingOptions& options,
                   const ModelConfig& config) {
  if (request.prompt.empty()) throw core::UserError("a prompt without tokens cannot be continued");
  for (const int token : request.prompt) {
    if (token < 0 || token >= config.vocab)
      throw core::UserError("token " + std::to_string(token) + " is not in the model's vocabulary");
  }
  const auto longest = static_cast<std::int64_t>(request.prompt.size()) + options.max_new_tokens;
  if (config.max_positions > 0 && longest > config.max_positions) {
    throw core::UserError("a prompt of " + std::to_string(request.prompt.size()) + " tokens and " +
                              std::to_string(options.max_new_tokens) +
                              " new ones exceed the model's " +
                              std::to_string(config.max_positions) + " positions",
                          "sampling.max_new_tokens");
  }
}

}  // namespace

LocalPolicy::LocalPolicy(std::string name,
                         std::shared_ptr<Transformer> model,
                         std::shared_ptr<Tokenizer> tokenizer,
                         ChatFormat chat,
                         std::shared_ptr<Adapter> adapter)
    : name_(std::move(name)),
      model_(std::move(model)),
      tokenizer_(std::move(tokenizer)),
      chat_(std::move(chat)),
      adapter_(std::move(adapter)),
      parking_(std::make_shared<Parking>()) {
  if (adapter_) attach(model_->weights, *adapter_);
}

std::vector<int> LocalPolicy::encode_prompt(const std::string& system,
                                            const std::string& user) const {
  return tokenizer_->encode(chat_.render(system, user));
}

std::string LocalPolicy::decode_completion(const std::vector<int>& tokens) const {
  return chat_.answer_of(*tokenizer_, tokens);
}

void LocalPolicy::sample(const std::vector<SampleRequest>& requests,
                         const config::SamplingOptions& options,
                         const std::function<void(std::size_t, Completion)>& done) {
  check_sampling(options);
  for (const auto& request : requests) check_request(request, options, model_->config);
  if (requests.empty()) return;
  restore();
  if (model_->device().is_cpu() && model_->compute == at::kFloat) {
    const int workers =
        std::min({at::get_num_threads(), options.slots, static_cast<int>(requests.size())});
    return sample_with_workers(*model_, requests, options, chat_.end_tokens, workers, done);
  }
  const at::NoGradGuard no_gradients;
  if (gpu::GpuModel::fits(*model_)) {
    if (!gpu_) gpu_ = std::make_shared<gpu::Sampler>(*model_);
    return gpu_->sample(requests, options, chat_.end_tokens, done);
  }
  RequestQueue queue(requests);
  Engine(*model_, requests, options, chat_.end_tokens, options.slots).run(queue, done);
}

void LocalPolicy::make_room(std::uint64_t bytes) {
  const at::Device device = model_->device();
  if (!device.is_cuda() || parking_->holds_any()) return;
  const auto free = [&] {
    release_unused_memory(device);
    return static_cast<std::uint64_t>(available_memory(device));
  };
  if (free() >= bytes) return;
  if (gpu_) gpu_->release_caches();
  if (free() >= bytes) return;
  parking_->park(*model_);
  release_unused_memory(device);
}

void LocalPolicy::restore() const {
  if (!parking_->holds_any()) return;
  // With half as much again, for what comes back with them.
  const std::int64_t wanted = parking_->bytes() / 2 * 3;
  if (ask_for_room_ && available_memory(model_->device()) < wanted)
    ask_for_room_(static_cast<std::uint64_t>(wanted));
  parking_->restore();
}

std::vector<std::pair<std::string, double>> LocalPolicy::step_parts_us() const {
  if (!gpu_) return {};
  const at::NoGradGuard no_gradients;
  return gpu_->decoder().time_parts();
}

namespace {

// What is read before the weights, since they take long.
struct Front {
  core::fs::path folder;
  ModelConfig config;
  std::shared_ptr<Tokenizer> tokenizer;
  ChatFormat chat;
};

Front read_front(const config::PolicyOptions& options) {
  Front front;
  front.folder = find_model_folder(options.folder);
  front.config = read_model_config(front.folder);
  front.tokenizer = load_tokenizer(front.folder);
  if (front.tokenizer->vocabulary() > front.config.vocab) {
    throw core::UserError("tokenizer.json holds more tokens than the model has rows",
                          front.folder.string());
  }
  front.chat = load_chat_format(front.folder, *front.tokenizer, front.config, options.reasoning);
  return front;
}

Adapter adapter_of(const config::PolicyOptions& options, Weights& weights, std::uint64_t seed) {
  return options.init.empty() ? new_adapter(weights, options.lora, seed)
                              : load_adapter(options.init, weights);
}

}  // namespace

void check_local(const config::PolicyOptions& options) {
  const Front front = read_front(options);
  const at::Device device = device_of(options);
  check_memory(front.folder, front.config, device, dtype_of(options, device));
  Weights weights = map_weights(front.folder, front.config);
  adapter_of(options, weights, 0);
}

std::unique_ptr<LocalPolicy> load_local(const config::PolicyOptions& options, std::uint64_t seed) {
  const Front front = read_front(options);
  const at::Device device = device_of(options);
  auto model = std::make_shared<Transformer>(
      load_transformer(front.folder, device, dtype_of(options, device)));
  auto adapter = std::make_shared<Adapter>(adapter_of(options, model->weights, seed));
  return std::make_unique<LocalPolicy>(options.folder, model, front.tokenizer, front.chat, adapter);
}

void start_over(LocalPolicy& policy, const config::PolicyOptions& options, std::uint64_t seed) {
  const at::NoGradGuard no_gradients;
  VEGTTT_ASSERT(policy.adapter(), "a policy that learns has an adapter");
  const Adapter fresh = adapter_of(options, policy.model()->weights, seed);
  Adapter& used = *policy.adapter();
  if (fresh.scale() != used.scale() || fresh.pairs.size() != used.pairs.size())
    throw core::UserError("the adapter is not of the shape this policy was loaded with",
                          "policy.lora");
  for (auto& [path, pair] : used.pairs) {
    const auto found = fresh.pairs.find(path);
    if (found == fresh.pairs.end() || found->second.a.sizes() != pair.a.sizes())
      throw core::UserError("the adapter is not of the shape this policy was loaded with",
                            "policy.lora");
    pair.a.copy_(found->second.a);
    pair.b.copy_(found->second.b);
  }
}

}  // namespace vegttt::policy

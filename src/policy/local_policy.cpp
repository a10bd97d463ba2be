#include "vegttt/policy/local_policy.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "gpu/sampler.h"
#include "sampling/workers.h"
#include "vegttt/core/error.h"
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

at::Device device_of(const config::PolicyOptions& options) {
  const std::string& name = options.device;
  if (name == "cpu" || (name == "auto" && !at::hasCUDA())) return at::kCPU;
  if (name == "auto") return at::Device(at::kCUDA, 0);
  if (name.starts_with("cuda") && !at::hasCUDA())
    throw core::UserError("no CUDA device here", "policy.device", "use cpu or auto");
  if (name == "cuda" ||
      (name.starts_with("cuda:") && name.size() == 6 && name[5] >= '0' && name[5] <= '9'))
    return at::Device(name);
  throw core::UserError("'" + name + "' is not a device (auto, cpu, cuda:N)", "policy.device");
}

at::ScalarType dtype_of(const config::PolicyOptions& options, at::Device device) {
  if (options.dtype == "auto") return device.is_cpu() ? at::kFloat : at::kBFloat16;
  if (options.dtype == "float32") return at::kFloat;
  if (options.dtype == "bfloat16") return at::kBFloat16;
  throw core::UserError("'" + options.dtype + "' is not a type (auto, float32, bfloat16)",
                        "policy.dtype");
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
      adapter_(std::move(adapter)) {
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
  if (model_->device().is_cpu() && model_->compute == at::kFloat) {
    const int workers =
        std::min({at::get_num_threads(), options.slots, static_cast<int>(requests.size())});
    return sample_with_workers(*model_, requests, options, chat_.end_tokens, workers, done);
  }
  const at::NoGradGuard no_gradients;
  if (gpu::Decoder::fits(*model_)) {
    if (!gpu_) gpu_ = std::make_shared<gpu::Sampler>(*model_);
    return gpu_->sample(requests, options, chat_.end_tokens, done);
  }
  RequestQueue queue(requests);
  Engine(*model_, requests, options, chat_.end_tokens, options.slots).run(queue, done);
}

std::unique_ptr<LocalPolicy> load_local(const config::PolicyOptions& options, std::uint64_t seed) {
  const core::fs::path folder = find_model_folder(options.folder);
  const at::Device device = device_of(options);
  auto model =
      std::make_shared<Transformer>(load_transformer(folder, device, dtype_of(options, device)));
  std::shared_ptr<Tokenizer> tokenizer = load_tokenizer(folder);
  if (tokenizer->vocabulary() > model->config.vocab) {
    throw core::UserError("tokenizer.json holds more tokens than the model has rows",
                          folder.string());
  }
  ChatFormat chat = load_chat_format(folder, *tokenizer, model->config, options.reasoning);
  auto adapter = std::make_shared<Adapter>(options.init.empty()
                                               ? new_adapter(model->weights, options.lora, seed)
                                               : load_adapter(options.init, model->weights));
  return std::make_unique<LocalPolicy>(options.folder, model, tokenizer, chat, adapter);
}

}  // namespace vegttt::policy

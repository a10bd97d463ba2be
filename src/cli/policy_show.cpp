// vegttt policy show
#include <iostream>

#include "policy_options.h"
#include "subcommand.h"
#include "vegttt/core/json.h"

namespace vegttt::cli {
namespace {

class PolicyShow : public Subcommand {
 public:
  void add(CLI::App& app) override { flags_.add(app); }

  core::ExitCode run(const CommonOptions& common) override {
    const auto policy = flags_.load(common);
    const core::Json json = facts(*policy);
    if (common.json) {
      std::cout << core::dump_json(json) << "\n";
      return core::ExitCode::kDone;
    }
    for (const auto& [key, value] : json.items()) {
      std::cout << key << ": " << (value.is_string() ? value.get<std::string>() : value.dump())
                << "\n";
    }
    return core::ExitCode::kDone;
  }

 private:
  core::Json facts(const policy::LocalPolicy& policy) const {
    auto& model = *policy.model();
    const auto& config = model.config;
    std::int64_t parameters = 0, adapter = 0;
    for (const auto& tensor : model.parameters()) parameters += tensor.numel();
    for (const auto& tensor : policy.adapter()->parameters()) adapter += tensor.numel();
    return {{"folder", policy::find_model_folder(flags_.options.folder).string()},
            {"model_type", config.model_type},
            {"parameters", parameters},
            {"layers", config.layers},
            {"hidden", config.hidden},
            {"heads", config.heads},
            {"kv_heads", config.kv_heads},
            {"head_dim", config.head_dim},
            {"ffn", config.ffn},
            {"vocab", config.vocab},
            {"tied", config.tied},
            {"max_positions", config.max_positions},
            {"tokens", policy.tokenizer().vocabulary()},
            {"chat_format", policy::name_of(policy.chat().kind)},
            {"end_tokens", policy.chat().end_tokens},
            {"adapter_rank", policy.adapter()->rank},
            {"adapter_scale", policy.adapter()->scale()},
            {"adapter_parameters", adapter},
            {"device", model.device().str()},
            {"dtype", at::toString(model.compute)}};
  }

  PolicyFlags flags_;
};

}  // namespace

std::unique_ptr<Subcommand> make_policy_show() { return std::make_unique<PolicyShow>(); }

}  // namespace vegttt::cli

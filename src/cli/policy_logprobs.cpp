// vegttt policy logprobs: the forward pass that learning uses, on tokens of one's own.
#include <ATen/core/grad_mode.h>

#include <iostream>

#include "policy_options.h"
#include "subcommand.h"
#include "vegttt/core/json.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::cli {
namespace {

class PolicyLogprobs : public Subcommand {
 public:
  void add(CLI::App& app) override {
    flags_.add(app);
    app.add_option(
           "--tokens",
           tokens_,
           "JSON array of token ids, or a safetensors file with an integer tensor `tokens` [N]")
        ->required();
    app.add_option("--out",
                   out_,
                   "safetensors file to write: `logprobs` [N-1] of tokens 1 .. N-1, with --logits "
                   "`logits` [N, V] too")
        ->required();
    app.add_option("--temperature", temperature_, "logits are divided by it")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_flag("--logits", logits_, "write the logits (not divided) too");
  }

  core::ExitCode run(const CommonOptions& common) override {
    const auto policy = flags_.load(common);
    const auto& model = *policy->model();
    const at::Tensor tokens = read_tokens(model.config.vocab);
    const at::NoGradGuard no_gradients;
    policy::Packing packing;
    packing.add(tokens.size(0));
    const at::Tensor scores =
        policy::logits(model, policy::forward_packed(model, tokens.to(model.device()), packing))
            .to(at::kCPU, at::kFloat);
    const at::Tensor logprobs = at::log_softmax(scores.slice(0, 0, -1) / temperature_, 1)
                                    .gather(1, tokens.slice(0, 1).unsqueeze(1))
                                    .squeeze(1);
    tensors::TensorMap out{{"logprobs", logprobs}};
    if (logits_) out["logits"] = scores;
    tensors::save_tensors(out_, out);
    report(logprobs, common.json);
    return core::ExitCode::kDone;
  }

 private:
  at::Tensor read_tokens(int vocab) const {
    at::Tensor tokens;
    if (tokens_.ends_with(".safetensors")) {
      const auto file = tensors::load_tensors(tokens_);
      if (!file.count("tokens")) throw core::UserError("no tensor named tokens", tokens_);
      tokens = file.at("tokens");
    } else {
      const core::Json json = core::parse_json(core::read_file(tokens_), tokens_);
      const bool array =
          json.is_array() && std::all_of(json.begin(), json.end(), [](const auto& x) {
            return x.is_number_integer();
          });
      if (!array) throw core::UserError("expected an array of token ids", tokens_);
      tokens = at::tensor(json.get<std::vector<std::int64_t>>(), at::kLong);
    }
    if (tokens.dim() != 1 || tokens.size(0) < 2 || at::isFloatingType(tokens.scalar_type())) {
      throw core::UserError("expected one row of at least two token ids", tokens_);
    }
    tokens = tokens.to(at::kLong);
    if (tokens.min().item<std::int64_t>() < 0 || tokens.max().item<std::int64_t>() >= vocab) {
      throw core::UserError(
          "a token id is outside the model's vocabulary of " + std::to_string(vocab), tokens_);
    }
    return tokens;
  }

  void report(const at::Tensor& logprobs, bool json) const {
    const double sum = logprobs.to(at::kDouble).sum().item<double>();
    if (json)
      std::cout << core::dump_json({{"tokens", logprobs.size(0)},
                                    {"sum", core::finite_or_name(sum)},
                                    {"out", out_}})
                << "\n";
    else
      std::cout << logprobs.size(0) << " tokens, log-probability " << sum << ", written to " << out_
                << "\n";
  }

  PolicyFlags flags_;
  std::string tokens_, out_;
  double temperature_ = 1;
  bool logits_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_policy_logprobs() { return std::make_unique<PolicyLogprobs>(); }

}  // namespace vegttt::cli

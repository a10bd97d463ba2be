#include "vegttt/policy/lora.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "policy/tiny_model.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json.h"

namespace vegttt::policy {
namespace {

at::Tensor logits_of(const Transformer& model, const at::Tensor& tokens) {
  Packing packing;
  packing.add(tokens.size(0));
  return logits(model, forward_packed(model, tokens, packing));
}

// The loss of make_tiny_qwen3.py.
at::Tensor loss_of(const Transformer& model, const tensors::TensorMap& expected) {
  at::Tensor loss = at::zeros({});
  for (int i = 0; i < 3; ++i) {
    const at::Tensor tokens = expected.at("tokens." + std::to_string(i));
    const at::Tensor scores = logits_of(model, tokens).slice(0, 0, -1) / 0.7;
    const at::Tensor logprobs =
        at::log_softmax(scores, -1).gather(1, tokens.slice(0, 1).unsqueeze(1)).squeeze(1);
    loss = loss - (logprobs * at::linspace(-1, 1, logprobs.size(0))).sum();
  }
  return loss;
}

TEST(Lora, AdaptedLogitsEqualPeft) {
  Transformer model = load_transformer(tiny_folder());
  const Adapter adapter = load_adapter(tiny_folder() / "adapter", model.weights);
  attach(model.weights, adapter);
  const auto expected = tiny_expected();
  for (int i = 0; i < 3; ++i) {
    const std::string n = std::to_string(i);
    EXPECT_LT(largest_difference(logits_of(model, expected.at("tokens." + n)),
                                 expected.at("adapted_logits." + n)),
              1e-4);
  }
  detach(model.weights);
  EXPECT_LT(largest_difference(logits_of(model, expected.at("tokens.0")), expected.at("logits.0")),
            1e-4);
}

TEST(Lora, GradientsEqualPeft) {
  Transformer model = load_transformer(tiny_folder());
  const Adapter adapter = load_adapter(tiny_folder() / "adapter", model.weights);
  for (at::Tensor& parameter : adapter.parameters()) parameter.set_requires_grad(true);
  attach(model.weights, adapter);
  const auto expected = tiny_expected();
  const at::Tensor loss = loss_of(model, expected);
  EXPECT_NEAR(loss.item<double>(), expected.at("loss").item<double>(), 1e-4);
  torch::autograd::backward({loss}, {});
  for (const auto& [path, pair] : adapter.pairs) {
    for (const auto& [name, tensor] :
         {std::pair{".lora_A.weight", pair.a}, std::pair{".lora_B.weight", pair.b}}) {
      const at::Tensor& want = expected.at("grad.base_model.model." + path + name);
      EXPECT_LT(largest_difference(tensor.grad(), want), 1e-3 * want.abs().max().item<double>())
          << path << name;
    }
  }
}

TEST(Lora, ANewAdapterChangesNothingYet) {
  Transformer model = load_transformer(tiny_folder());
  const at::Tensor tokens = tiny_expected().at("tokens.0");
  const at::Tensor before = logits_of(model, tokens);
  const Adapter adapter = new_adapter(model.weights, {}, 1);
  EXPECT_EQ(adapter.pairs.size(), 14u);
  attach(model.weights, adapter);
  EXPECT_TRUE(at::equal(logits_of(model, tokens), before));
}

TEST(Lora, ASavedAdapterComesBackBitForBit) {
  const core::TemporaryFolder folder;
  Transformer model = load_transformer(tiny_folder());
  const Adapter adapter = load_adapter(tiny_folder() / "adapter", model.weights);
  save_adapter(folder.path(), adapter, "base");
  const Adapter again = load_adapter(folder.path(), model.weights);
  EXPECT_EQ(again.rank, 4);
  EXPECT_EQ(again.scale(), 2.0);
  for (const auto& [path, pair] : adapter.pairs) {
    EXPECT_TRUE(at::equal(pair.a, again.pairs.at(path).a));
    EXPECT_TRUE(at::equal(pair.b, again.pairs.at(path).b));
  }
}

TEST(Lora, AnUnknownTargetIsRefusedWithASuggestion) {
  Transformer model = load_transformer(tiny_folder());
  config::LoraOptions options;
  options.targets = {"q_porj"};
  EXPECT_THROW(new_adapter(model.weights, options, 1), core::UserError);
}

// What stands in the refusal of the tiny adapter with another value in its config.
std::string refusal_with(const char* key, const core::Json& value) {
  const core::TemporaryFolder folder;
  core::fs::copy(tiny_folder() / "adapter", folder.path());
  const auto path = folder.path() / "adapter_config.json";
  auto json = core::parse_json(core::read_file(path), path.string());
  json[key] = value;
  core::write_file_atomically(path, core::dump_json(json));
  Transformer model = load_transformer(tiny_folder());
  try {
    load_adapter(folder.path(), model.weights);
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Lora, KindsOfAdaptersThatWouldBeReadWronglyAreRefusedByName) {
  EXPECT_NE(refusal_with("use_dora", true).find("use_dora"), std::string::npos);
  EXPECT_NE(refusal_with("rank_pattern", {{"q_proj", 2}}).find("rank_pattern"), std::string::npos);
  EXPECT_NE(refusal_with("init_lora_weights", "pissa_niter_4").find("changed base"),
            std::string::npos);
  EXPECT_EQ(refusal_with("init_lora_weights", "gaussian"), "accepted");
  // Which layers there are is what the tensors say.
  EXPECT_EQ(refusal_with("target_modules", "all-linear"), "accepted");
}

}  // namespace
}  // namespace vegttt::policy

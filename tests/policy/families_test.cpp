// Every family against transformers and peft: scripts/oracles/make_tiny_families.py wrote the
// models and what they say. The long sequence is longer than every window.
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <set>

#include "policy/tiny_model.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/policy/bpe_trainer.h"
#include "vegttt/policy/export.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::policy {
namespace {

constexpr double kLogitTolerance = 1e-4, kGradientTolerance = 1e-3;  // the latter relative

core::fs::path folder_of(const std::string& name) {
  return core::fs::path(VEGTTT_SOURCE_DIR) / "tests/policy/data/families" / name;
}

struct Case {
  const char* name;
  const char* adapter = "adapter";
  const char* prefix = "adapted.";
};

struct Loaded {
  Transformer model;
  tensors::TensorMap expected;
  explicit Loaded(const Case& test)
      : model(load_transformer(folder_of(test.name))),
        expected(tensors::load_tensors(folder_of(test.name) / "expected.safetensors")) {}

  at::Tensor tokens(int i) const { return expected.at("tokens." + std::to_string(i)); }
  at::Tensor logits_of(int i) const {
    Packing packing;
    packing.add(tokens(i).size(0));
    return logits(model, forward_packed(model, tokens(i), packing));
  }
  void expect_logits(const std::string& prefix) const {
    for (int i = 0; i < 2; ++i) {
      EXPECT_LT(
          largest_difference(logits_of(i), expected.at(prefix + "logits." + std::to_string(i))),
          kLogitTolerance);
    }
  }
  // The loss of make_tiny_families.py.
  at::Tensor loss() const {
    at::Tensor sum = at::zeros({});
    for (int i = 0; i < 2; ++i) {
      const at::Tensor scores = logits_of(i).slice(0, 0, -1) / 0.7;
      const at::Tensor logprobs =
          at::log_softmax(scores, -1).gather(1, tokens(i).slice(0, 1).unsqueeze(1)).squeeze(1);
      sum = sum - (logprobs * at::linspace(-1, 1, logprobs.size(0))).sum();
    }
    return sum;
  }
};

class Families : public testing::TestWithParam<Case> {};

TEST_P(Families, LogitsEqualTransformers) {
  const Loaded loaded(GetParam());
  loaded.expect_logits("");
  const at::NoGradGuard no_gradients;  // other kernels
  loaded.expect_logits("");
}

TEST_P(Families, AdaptedLogitsEqualPeft) {
  Loaded loaded(GetParam());
  const Adapter adapter =
      load_adapter(folder_of(GetParam().name) / GetParam().adapter, loaded.model.weights);
  attach(loaded.model.weights, adapter);
  loaded.expect_logits(GetParam().prefix);
  const at::NoGradGuard no_gradients;
  loaded.expect_logits(GetParam().prefix);
}

TEST_P(Families, GradientsOfTheAdapterEqualPeft) {
  Loaded loaded(GetParam());
  const std::string prefix = GetParam().prefix;
  const auto folder = folder_of(GetParam().name) / GetParam().adapter;
  Adapter adapter = load_adapter(folder, loaded.model.weights);
  for (at::Tensor& parameter : adapter.parameters()) parameter.set_requires_grad(true);
  attach(loaded.model.weights, adapter);
  const at::Tensor loss = loaded.loss();
  EXPECT_NEAR(loss.item<double>(), loaded.expected.at(prefix + "loss").item<double>(), 1e-3);
  torch::autograd::backward({loss}, {});
  std::size_t compared = 0;
  for (const auto& [name, tensor] : peft_tensors(adapter)) {
    const at::Tensor& want = loaded.expected.at(prefix + "grad." + name);
    EXPECT_LT(largest_difference(tensor.grad(), want),
              kGradientTolerance * want.abs().max().item<double>())
        << name;
    ++compared;
  }
  EXPECT_EQ(compared, tensors::load_tensors(folder / "adapter_model.safetensors").size());
}

TEST_P(Families, ASavedAdapterHoldsTheSameTensorsAndSettings) {
  Loaded loaded(GetParam());
  const auto folder = folder_of(GetParam().name) / GetParam().adapter;
  const core::TemporaryFolder out;
  save_adapter(out.path(), load_adapter(folder, loaded.model.weights), "base");
  const auto before = tensors::load_tensors(folder / "adapter_model.safetensors"),
             after = tensors::load_tensors(out.path() / "adapter_model.safetensors");
  ASSERT_EQ(before.size(), after.size());
  for (const auto& [name, tensor] : before) EXPECT_TRUE(at::equal(tensor, after.at(name))) << name;
  const auto file = [](const core::fs::path& path) {
    return core::parse_json(core::read_file(path / "adapter_config.json"), path.string());
  };
  const auto peft = file(folder), ours = file(out.path());
  for (const char* key : {"r", "lora_alpha", "target_parameters", "peft_type", "task_type", "bias"})
    EXPECT_EQ(peft[key], ours[key]) << key;
  auto targets = [](const core::Json& json) {
    auto list = json["target_modules"].get<std::vector<std::string>>();
    return std::set<std::string>(list.begin(), list.end());
  };
  EXPECT_EQ(targets(peft), targets(ours));
}

TEST_P(Families, AMergedModelSaysWhatTheAdaptedOneSays) {
  const Loaded loaded(GetParam());
  Weights weights = loaded.model.weights;
  const auto base = folder_of(GetParam().name);
  const Adapter adapter = load_adapter(base / GetParam().adapter, weights);
  const core::TemporaryFolder out;
  export_merged(base, loaded.model, adapter, out.path(), at::kFloat);
  Loaded merged(GetParam());
  merged.model = load_transformer(out.path());
  merged.expect_logits(GetParam().prefix);
  loaded.expect_logits("");  // the base is as it was
  EXPECT_THROW(export_merged(base, loaded.model, adapter, base, at::kFloat), core::UserError);
}

// A shared prompt, some of it out of the window, then tokens one by one.
TEST_P(Families, SamplingStepByStepEqualsTheFullForward) {
  const Loaded loaded(GetParam());
  const auto model = std::make_shared<Transformer>(loaded.model);
  const auto adapter = std::make_shared<Adapter>(
      load_adapter(folder_of(GetParam().name) / GetParam().adapter, model->weights));
  const std::shared_ptr<Tokenizer> tokenizer =
      parse_tokenizer(train_bpe({"abc"}, 260, {}).dump(), "t");
  ChatFormat chat;
  LocalPolicy policy("test", model, tokenizer, chat, adapter);
  std::vector<SampleRequest> requests;
  for (int i = 0; i < 4; ++i) {
    requests.push_back({{1, 2, 3}, core::CounterRng::of({"families", std::to_string(i)})});
    for (int t = 0; i % 2 == 1 && t < 17; ++t) requests.back().prompt.push_back((7 * t) % 64);
  }
  config::SamplingOptions options;
  options.temperature = 0.9;
  options.max_new_tokens = 30;
  options.slots = 3;
  std::vector<Completion> completions(requests.size());
  policy.sample(
      requests, options, [&](std::size_t i, Completion c) { completions[i] = std::move(c); });
  for (std::size_t i = 0; i < requests.size(); ++i) {
    std::vector<int> all = requests[i].prompt;
    all.insert(all.end(), completions[i].tokens.begin(), completions[i].tokens.end());
    Packing packing;
    packing.add(static_cast<std::int64_t>(all.size()));
    const at::Tensor tokens = at::tensor(all, at::kInt).to(at::kLong);
    const auto first = static_cast<std::int64_t>(requests[i].prompt.size());
    const at::Tensor scores =
        logits(*model, forward_packed(*model, tokens, packing)).slice(0, first - 1, -1) / 0.9;
    const at::Tensor full =
        at::log_softmax(scores, -1).gather(1, tokens.slice(0, first).unsqueeze(1)).squeeze(1);
    EXPECT_LT((full - at::tensor(completions[i].logprobs)).abs().max().item<double>(), 1e-4);
    Completion alone;
    policy.sample({requests[i]}, options, [&](std::size_t, Completion c) { alone = std::move(c); });
    EXPECT_EQ(alone.tokens, completions[i].tokens);
    EXPECT_EQ(alone.logprobs, completions[i].logprobs);  // bit for bit, whatever else was sampled
  }
}

TEST_P(Families, CompletionsThatShareTheirPromptEqualSeparateSequences) {
  const Loaded loaded(GetParam());
  const at::Tensor prompt = loaded.tokens(0).slice(0, 0, 20), rest = loaded.tokens(0).slice(0, 20),
                   other = loaded.tokens(1);
  Packing shared, apart;
  const auto p = shared.add(20);
  shared.add_continuation(p, other.size(0));
  shared.add_continuation(p, rest.size(0));
  apart.add(20 + other.size(0));
  apart.add(20 + rest.size(0));
  const at::Tensor together =
      forward_packed(loaded.model, at::cat({prompt, other, rest}), shared).slice(0, 25);
  const at::Tensor separate =
      forward_packed(loaded.model, at::cat({prompt, other, prompt, rest}), apart).slice(0, 45);
  EXPECT_LT(largest_difference(together, separate), 1e-5);
}

TEST_P(Families, TheConfigurationComesBackAsItWasWritten) {
  const core::TemporaryFolder out;
  const ModelConfig config = read_model_config(folder_of(GetParam().name));
  write_model_config(out.path(), config);
  const ModelConfig again = read_model_config(out.path());
  EXPECT_EQ(again.windows, config.windows);
  EXPECT_EQ(again.qkv_bias, config.qkv_bias);
  EXPECT_EQ(again.mxfp4, config.mxfp4);
  EXPECT_EQ(again.rope_scaling.kind, config.rope_scaling.kind);
  EXPECT_EQ(again.rope_scaling.attention_factor, config.rope_scaling.attention_factor);
  EXPECT_EQ(again.rope_scaling.original_positions, config.rope_scaling.original_positions);
  EXPECT_EQ(again.rope_theta, config.rope_theta);
  EXPECT_EQ(again.end_tokens, config.end_tokens);
}

TEST(LoadingAModel, AdaptersOfMxfp4ExpertsWorkButCannotBeMerged) {
  Loaded loaded({"gpt_oss_mxfp4"});
  config::LoraOptions options;
  options.targets = {"down_proj"};
  const Adapter adapter = new_adapter(loaded.model.weights, options, 1);
  EXPECT_EQ(adapter.pairs.size(), 2u);
  attach(loaded.model.weights, adapter);
  loaded.expect_logits("");  // B is zero
  const core::TemporaryFolder out;
  EXPECT_THROW(
      export_merged(folder_of("gpt_oss_mxfp4"), loaded.model, adapter, out.path(), at::kFloat),
      core::UserError);
}

TEST(LoadingAModel, UsualTargetsAreLinearLayersAndOfGptOssThoseOfAttention) {
  Loaded dense({"qwen3_tied"}), mixture({"gpt_oss_mxfp4"});
  EXPECT_EQ(new_adapter(dense.model.weights, {}, 1).targets.size(), 7u);
  EXPECT_EQ(new_adapter(mixture.model.weights, {}, 1).targets,
            (std::vector<std::string>{"q_proj", "k_proj", "v_proj", "o_proj"}));
}

// What stands in the error when the copy of a tiny model has other values in its config.
std::string refusal(const std::string& family, const core::Json& values) {
  const core::TemporaryFolder folder;
  for (const auto& entry : core::fs::directory_iterator(folder_of(family))) {
    if (entry.is_regular_file()) core::fs::copy(entry.path(), folder.path());
  }
  const auto path = folder.path() / "config.json";
  auto json = core::parse_json(core::read_file(path), path.string());
  json.update(values);
  core::write_file_atomically(path, core::dump_json(json));
  try {
    load_transformer(folder.path());
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(LoadingAModel, CheckingOneRefusesWhatLoadingRefuses) {
  const core::TemporaryFolder folder;
  for (const auto& entry : core::fs::directory_iterator(folder_of("gpt_oss_mxfp4"))) {
    if (entry.is_regular_file()) core::fs::copy(entry.path(), folder.path());
  }
  const auto write_tokenizer = [&](int vocabulary) {
    core::write_file_atomically(folder.path() / "tokenizer.json",
                                train_bpe({"abc"}, vocabulary, {}).dump());
  };
  config::PolicyOptions options;
  options.folder = folder.path().string();
  options.device = "cpu";
  write_tokenizer(257);  // the model has 64 rows
  EXPECT_THROW(check_local(options), core::UserError);
  Transformer wide = load_transformer(folder.path());
  wide.config.vocab = 300;
  wide.weights.embed = at::randn({300, 32});
  wide.weights.head = at::randn({300, 32});
  save_transformer(folder.path(), wide, at::kFloat);
  EXPECT_NO_THROW(check_local(options));
  EXPECT_NO_THROW(load_local(options));
  options.lora.targets = {"gate_proj"};
  EXPECT_THROW(check_local(options), core::UserError);
  options.lora.targets.clear();
  options.reasoning = "high";  // harmony
  EXPECT_NO_THROW(check_local(options));
  options.init = (tiny_folder() / "adapter").string();
  EXPECT_THROW(check_local(options), core::UserError);
}

TEST(LoadingAModel, WhatCannotBeLoadedIsOneClearLine) {
  using testing::HasSubstr;
  EXPECT_THAT(
      refusal("llama3_tied", {{"hidden_size", 10'000'000}, {"intermediate_size", 10'000'000}}),
      HasSubstr("GiB of memory, "));
  EXPECT_THAT(refusal("llama3_tied", {{"hidden_act", "gelu"}}), HasSubstr("hidden_act 'gelu'"));
  EXPECT_THAT(refusal("llama3_tied", {{"quantization_config", {{"quant_method", "gptq"}}}}),
              HasSubstr("quantised by 'gptq'"));
  EXPECT_THAT(refusal("qwen2_sharded", {{"vocab_size", 63}}), HasSubstr("has shape [64, 32]"));
  EXPECT_THAT(refusal("qwen2_sharded", {{"num_hidden_layers", 3}}),
              HasSubstr("tensor 'model.layers.2.input_layernorm.weight' is missing"));
  EXPECT_THAT(refusal("gpt_oss_mxfp4", {{"quantization_config", nullptr}}),
              HasSubstr("gate_up_proj' is missing"));
  EXPECT_THAT(refusal("gpt_oss_mxfp4", {{"rope_parameters", {{"rope_type", "dynamic"}}}}),
              HasSubstr("rope_type 'dynamic'"));
  EXPECT_THAT(refusal("gpt_oss_bf16", {{"num_experts_per_tok", 4}}),
              HasSubstr("num_experts_per_tok"));
}

INSTANTIATE_TEST_SUITE_P(All,
                         Families,
                         testing::Values(Case{"llama3_tied"},
                                         Case{"qwen2_sharded"},
                                         Case{"qwen2_windows"},
                                         Case{"qwen3_tied"},
                                         Case{"gpt_oss_mxfp4"},
                                         Case{"gpt_oss_bf16"},
                                         Case{"gpt_oss_bf16", "adapter_experts", "experts."}),
                         [](const auto& info) {
                           return std::string(info.param.name) +
                                  (std::string(info.param.adapter) == "adapter" ? "" : "_experts");
                         });

}  // namespace
}  // namespace vegttt::policy

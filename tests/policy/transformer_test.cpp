#include "vegttt/policy/transformer.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "policy/tiny_model.h"
#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

// float32 sums of at most 64 terms in another order than PyTorch's.
constexpr double kLogitTolerance = 1e-4;

// The three test sequences in one row.
struct Packed {
  at::Tensor tokens;
  Packing packing;
};

Packed pack_all(const tensors::TensorMap& expected) {
  Packed packed;
  std::vector<at::Tensor> parts;
  for (int i = 0; i < 3; ++i) {
    parts.push_back(expected.at("tokens." + std::to_string(i)));
    packed.packing.add(parts.back().size(0));
  }
  packed.tokens = at::cat(parts);
  return packed;
}

void expect_transformers_logits(const at::Tensor& all,
                                const Packed& packed,
                                const tensors::TensorMap& expected) {
  for (int i = 0; i < 3; ++i) {
    const Segment& segment = packed.packing.segments[static_cast<std::size_t>(i)];
    EXPECT_LT(largest_difference(all.slice(0, segment.begin, segment.end),
                                 expected.at("logits." + std::to_string(i))),
              kLogitTolerance);
  }
}

TEST(Transformer, PackedLogitsEqualTransformers) {
  const auto expected = tiny_expected();
  const Transformer model = load_transformer(tiny_folder());
  const Packed packed = pack_all(expected);
  expect_transformers_logits(
      logits(model, forward_packed(model, packed.tokens, packed.packing)), packed, expected);
}

TEST(Transformer, LogitsWithoutGradientsEqualTransformersToo) {
  const at::NoGradGuard no_gradients;
  const auto expected = tiny_expected();
  const Transformer model = load_transformer(tiny_folder());
  const Packed packed = pack_all(expected);
  expect_transformers_logits(
      logits(model, forward_packed(model, packed.tokens, packed.packing)), packed, expected);
}

TEST(Transformer, BatchOfEqualLengthsEqualsPackedSequences) {
  const Transformer model = load_transformer(tiny_folder());
  const at::Tensor tokens = tiny_expected().at("tokens.0").slice(0, 0, 16).view({2, 8});
  Packing packing;
  packing.add(8);
  packing.add(8);
  EXPECT_LT(largest_difference(forward_batch(model, tokens),
                               forward_packed(model, tokens.view({-1}), packing)),
            1e-5);
}

TEST(Transformer, CompletionsThatShareTheirPromptEqualSeparateSequences) {
  const Transformer model = load_transformer(tiny_folder());
  const at::Tensor prompt = tiny_expected().at("tokens.0"), first = tiny_expected().at("tokens.1"),
                   second = tiny_expected().at("tokens.2");
  Packing shared;
  const auto p = shared.add(prompt.size(0));
  shared.add_continuation(p, first.size(0));
  shared.add_continuation(p, second.size(0));
  Packing separate;
  separate.add(prompt.size(0) + first.size(0));
  separate.add(prompt.size(0) + second.size(0));
  const at::Tensor together = forward_packed(model, at::cat({prompt, first, second}), shared);
  const at::Tensor apart =
      forward_packed(model, at::cat({prompt, first, prompt, second}), separate);
  EXPECT_LT(largest_difference(together.slice(0, 17, 22), apart.slice(0, 17, 22)), 1e-5);
  EXPECT_LT(largest_difference(together.slice(0, 22), apart.slice(0, 39)), 1e-5);
}

TEST(Transformer, SavedModelComesBack) {
  const core::TemporaryFolder folder;
  ModelConfig config = read_model_config(tiny_folder());
  config.tied = true;
  const Transformer model = random_transformer(config, 3);
  save_transformer(folder.path(), model, at::kFloat);
  const Transformer again = load_transformer(folder.path());
  EXPECT_EQ(again.config.end_tokens, config.end_tokens);
  EXPECT_EQ(again.config.rope_theta, config.rope_theta);
  EXPECT_TRUE(at::equal(again.weights.layers[1].down.weight, model.weights.layers[1].down.weight));
  EXPECT_TRUE(again.weights.head.is_same(again.weights.embed));
}

// Copies the tiny model, lets `change` spoil the copy, returns the message of the refusal.
std::string refusal(const std::function<void(const core::fs::path&)>& change) {
  const core::TemporaryFolder folder;
  for (const char* name : {"config.json", "model.safetensors"})
    core::fs::copy(tiny_folder() / name, folder.path() / name);
  change(folder.path());
  try {
    load_transformer(folder.path());
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "accepted";
}

void rewrite(const core::fs::path& file, const std::function<void(tensors::TensorMap&)>& change) {
  auto tensors = tensors::load_tensors(file);
  for (auto& [name, tensor] : tensors) tensor = tensor.clone();
  change(tensors);
  tensors::save_tensors(file, tensors);
}

TEST(Transformer, BadWeightFilesAreOneClearLine) {
  const std::string file = "model.safetensors", norm = "model.layers.1.self_attn.q_norm.weight";
  EXPECT_NE(refusal([&](const auto& f) {
              rewrite(f / file, [&](auto& t) { t.erase(norm); });
            }).find("tensor '" + norm + "' is missing"),
            std::string::npos);
  EXPECT_NE(refusal([&](const auto& f) {
              rewrite(f / file, [&](auto& t) { t["extra.weight"] = at::ones({2}); });
            }).find("'extra.weight' is not part of"),
            std::string::npos);
  EXPECT_NE(refusal([&](const auto& f) {
              rewrite(f / file, [&](auto& t) { t[norm] = at::ones({15}); });
            }).find("has shape [15], config.json asks for [16]"),
            std::string::npos);
  EXPECT_NE(refusal([&](const auto& f) { core::fs::resize_file(f / file, 100000); }).find(file),
            std::string::npos);
  EXPECT_NE(refusal([&](const auto& f) { core::fs::remove(f / file); }).find(file),
            std::string::npos);
  EXPECT_NE(refusal([&](const auto& f) {
              core::write_file_atomically(f / "config.json", R"({"model_type": "mamba"})");
            }).find("model_type 'mamba' is not supported (known: gpt_oss, llama, qwen2, qwen3)"),
            std::string::npos);
}

}  // namespace
}  // namespace vegttt::policy

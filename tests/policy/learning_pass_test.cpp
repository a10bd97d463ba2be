// The pass that an adapter is trained through, against autograd's own over forward_packed, which
// families_test holds against transformers and PEFT.
#include "vegttt/policy/learning_pass.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "policy/tiny_model.h"
#include "training/shared_attention.h"
#include "vegttt/policy/lora.h"

namespace vegttt::policy {
namespace {

// float32 sums in another order.
constexpr double kTolerance = 1e-4, kGradientTolerance = 1e-4;  // the latter relative

core::fs::path family(const std::string& name) {
  return name == "tiny_qwen3"
             ? tiny_folder()
             : core::fs::path(VEGTTT_SOURCE_DIR) / "tests/policy/data/families" / name;
}

// Two groups that share prompts, a lonely prompt with one completion, a sequence of its own.
struct Packed {
  Packing packing;
  at::Tensor tokens, rows;
  explicit Packed(int vocab) {
    const auto first = packing.add(9);
    for (const int length : {5, 1, 11}) packing.add_continuation(first, length);
    const auto second = packing.add(3);
    packing.add_continuation(second, 12);
    packing.add(14);
    const auto last = packing.add(6);
    for (const int length : {2, 2}) packing.add_continuation(last, length);
    at::manual_seed(4);
    tokens = at::randint(0, vocab, {packing.tokens}, at::kLong);
    rows = at::randint(0, packing.tokens, {40}, at::kLong);  // some twice
  }
};

struct Adapted {
  Transformer model;
  Adapter adapter;
  explicit Adapted(const std::string& name, std::vector<std::string> targets = {})
      : model(load_transformer(family(name))) {
    config::LoraOptions options;
    options.rank = 4, options.targets = std::move(targets);
    adapter = new_adapter(model.weights, options, 5);
    at::manual_seed(6);
    for (auto& [path, pair] : adapter.pairs) pair.b.normal_(0, 0.1);
    for (at::Tensor& parameter : adapter.parameters()) parameter.set_requires_grad(true);
    attach(model.weights, adapter);
  }
  // Of a sum in which no two entries count alike.
  std::vector<at::Tensor> gradients(const at::Tensor& hidden) {
    at::manual_seed(7);
    torch::autograd::backward({(hidden * at::randn_like(hidden)).sum()}, {});
    std::vector<at::Tensor> list;
    for (at::Tensor& parameter : adapter.parameters()) {
      list.push_back(parameter.grad().clone());
      parameter.mutable_grad() = at::Tensor();
    }
    return list;
  }
};

void expect_same(Adapted& adapted, Checkpointing checkpointing) {
  const Packed packed(adapted.model.config.vocab);
  const at::Tensor want =
      forward_packed(adapted.model, packed.tokens, packed.packing).index_select(0, packed.rows);
  const auto of_want = adapted.gradients(want);
  const at::Tensor got =
      forward_learning(adapted.model, packed.tokens, packed.packing, packed.rows, checkpointing);
  EXPECT_LT(largest_difference(got, want), kTolerance);
  const auto of_got = adapted.gradients(got);
  auto path = adapted.adapter.pairs.begin();
  for (std::size_t i = 0; i < of_want.size(); ++i, i % 2 == 0 ? ++path : path)
    EXPECT_LT(largest_difference(of_got[i], of_want[i]),
              kGradientTolerance * of_want[i].abs().max().item<double>())
        << path->first << (i % 2 == 0 ? " A" : " B");
}

class LearningPass : public testing::TestWithParam<const char*> {};

TEST_P(LearningPass, EqualsAutogradsGradientsOfEveryMatrix) {
  Adapted adapted(GetParam());
  expect_same(adapted, Checkpointing::kOff);
}

TEST_P(LearningPass, EqualsThemWhenLayersAreComputedAgain) {
  Adapted adapted(GetParam());
  expect_same(adapted, Checkpointing::kOn);
}

TEST_P(LearningPass, EqualsThemWithMatricesBehindEachOther) {
  Adapted adapted(GetParam());
  stack_weights(adapted.model);
  const Layer& layer = adapted.model.weights.layers[0];
  EXPECT_TRUE(layer.k.weight.is_alias_of(layer.q.weight));
  expect_same(adapted, Checkpointing::kOff);
}

TEST_P(LearningPass, EqualsThemWithAnAdapterOnFewLayers) {
  Adapted adapted(GetParam(), {"k_proj", "o_proj"});
  expect_same(adapted, Checkpointing::kOff);
}

TEST_P(LearningPass, KeepsNothingWithoutGradients) {
  Adapted adapted(GetParam());
  const Packed packed(adapted.model.config.vocab);
  const at::NoGradGuard no_gradients;
  const at::Tensor got = forward_learning(adapted.model, packed.tokens, packed.packing, {});
  EXPECT_FALSE(got.requires_grad());
  EXPECT_LT(largest_difference(got, forward_packed(adapted.model, packed.tokens, packed.packing)),
            kTolerance);
}

INSTANTIATE_TEST_SUITE_P(Families,
                         LearningPass,
                         testing::Values("tiny_qwen3",
                                         "llama3_tied",
                                         "qwen2_sharded",
                                         "qwen2_windows",
                                         "qwen3_tied",
                                         "gpt_oss_bf16",
                                         "gpt_oss_mxfp4"),
                         [](const auto& info) { return std::string(info.param); });

TEST(LearningPlan, RecomputesOnlyWhereLittleFits) {
  const Transformer model = load_transformer(tiny_folder());
  const std::int64_t much = std::int64_t{1} << 40;
  const LearningPlan roomy = plan_learning(model, much, 300, "auto", 0);
  EXPECT_EQ(roomy.checkpointing, Checkpointing::kOff);
  EXPECT_EQ(roomy.tokens, 8192);
  const std::int64_t little = 2 * (roomy.fixed_bytes + 2000 * roomy.bytes_per_token);
  const LearningPlan tight = plan_learning(model, little, 300, "auto", 0);
  EXPECT_EQ(tight.checkpointing, Checkpointing::kOn);
  EXPECT_LT(tight.bytes_per_token, roomy.bytes_per_token);
  EXPECT_GT(tight.tokens, 2000);
  EXPECT_EQ(plan_learning(model, little, 300, "off", 0).checkpointing, Checkpointing::kOff);
  EXPECT_LT(plan_learning(model, little, 300, "off", 0).tokens, 4096);
  EXPECT_EQ(plan_learning(model, much, 300, "on", 0).checkpointing, Checkpointing::kOn);
  EXPECT_EQ(plan_learning(model, 0, 300, "auto", 0).tokens, 300);  // a sequence is never cut
  EXPECT_EQ(plan_learning(model, 0, 300, "auto", 77).tokens, 77);  // as asked
}

// Windows that prompts leave, reach, and do not; with sinks and without; groups of heads.
TEST(SharedAttention, EqualsAutogradsGradientsForEveryWindowAndSinks) {
  const Packed packed(10);
  const std::int64_t tokens = packed.packing.tokens;
  at::manual_seed(8);
  const auto options = at::TensorOptions().dtype(at::kDouble);
  const at::Tensor q = at::randn({tokens, 4, 8}, options).set_requires_grad(true),
                   k = at::randn({tokens, 2, 8}, options).set_requires_grad(true),
                   v = at::randn({tokens, 2, 8}, options).set_requires_grad(true),
                   weights = at::randn({tokens, 4, 8}, options), sinks = at::randn({4}, options);
  const training::SharedAttention attention(packed.packing, at::kCPU);
  for (const std::int64_t window : {0, 1, 2, 5, 9, 10, 13, 19, 20, 100})
    for (const bool with_sinks : {false, true}) {
      const AttentionRule rule{window, with_sinks ? sinks : at::Tensor()};
      for (const at::Tensor& x : {q, k, v}) x.mutable_grad() = at::Tensor();
      const at::Tensor want = attention_packed(q, k, v, packed.packing, rule);
      torch::autograd::backward({(want * weights).sum()}, {});
      const at::NoGradGuard no_gradients;
      const auto got = attention.forward(q, k, v, rule);
      EXPECT_LT(largest_difference(got.out, want), 1e-10) << window << with_sinks;
      const auto gradient = attention.backward(weights, q, k, v, got, rule);
      EXPECT_LT(largest_difference(gradient.of_q, q.grad()), 1e-10) << window << with_sinks;
      EXPECT_LT(largest_difference(gradient.of_k, k.grad()), 1e-10) << window << with_sinks;
      EXPECT_LT(largest_difference(gradient.of_v, v.grad()), 1e-10) << window << with_sinks;
    }
}

}  // namespace
}  // namespace vegttt::policy

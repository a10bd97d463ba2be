// Named shapes, and what a step of decoding must read, counted by hand.
#include "vegttt/policy/shapes.h"

#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vegttt/core/error.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/policy/work.h"

namespace vegttt::policy {
namespace {

// Two layers, four heads of 8 on two kv heads.
ModelConfig tiny_dense() {
  ModelConfig config;
  config.layers = 2, config.hidden = 16, config.heads = 4, config.kv_heads = 2;
  config.head_dim = 8, config.ffn = 24, config.vocab = 40;
  return config;
}

ModelConfig tiny_mixture() {
  ModelConfig config = tiny_dense();
  config.model_type = "gpt_oss";
  config.qk_norm = false;
  config.qkv_bias = config.o_bias = config.sinks = config.norm_in_float = config.mxfp4 = true;
  config.hidden = 32, config.ffn = 64, config.experts = 4, config.experts_per_token = 2;
  config.windows = {8, 0};
  return config;
}

Transformer adapted(const ModelConfig& config, Adapter& adapter, int rank) {
  Transformer model = random_transformer_on(config, at::kCPU, at::kFloat, 3);
  adapter = random_adapter(model.weights, rank, 2.0 * rank);
  attach(model.weights, adapter);
  return model;
}

TEST(StepWork, OfADenseModelIsItsWeightsItsAdapterAndItsKeysAndValues) {
  Adapter adapter;
  const Transformer model = adapted(tiny_dense(), adapter, 2);
  // q, k, v, o; gate, up, down.
  const std::int64_t matrices = 32 * 16 + 2 * 16 * 16 + 16 * 32 + 3 * 24 * 16;
  const std::int64_t norms = 2 * 16 + 2 * 8;
  const std::int64_t head = 40 * 16, lines = 3 * 16;  // three rows' embeddings
  // Two prompts of 5 tokens stored once, three completions of 7.
  const StepWork work = step_work(model, {3, 2, 5, 7});
  EXPECT_EQ(work.weight_bytes, 4 * (2 * (matrices + norms) + 16 + head + lines));
  const std::int64_t pairs = 2 * ((16 + 32) + 2 * (16 + 16) + (32 + 16) + 3 * (16 + 24));
  EXPECT_EQ(work.adapter_bytes, 4 * 2 * pairs);
  EXPECT_EQ(work.kv_bytes, 4 * 2 /*layers*/ * 2 /*k, v*/ * 2 * 8 * (2 * 5 + 3 * 7));
  EXPECT_EQ(multiplied_parameters(model), 2 * matrices + head);
  EXPECT_DOUBLE_EQ(
      work.flops,
      2.0 * 3 * static_cast<double>(2 * matrices + head + 2 * pairs) + 2 * 4.0 * 3 * 32 * (5 + 7));
}

TEST(StepWork, ReadsATiedTableAsTheHead) {
  ModelConfig config = tiny_dense();
  Adapter adapter;
  const Transformer apart = adapted(config, adapter, 2);
  config.tied = true;
  const Transformer tied = adapted(config, adapter, 2);
  EXPECT_EQ(step_work(tied, {3, 3, 5, 7}).weight_bytes,
            step_work(apart, {3, 3, 5, 7}).weight_bytes);
  EXPECT_EQ(multiplied_parameters(tied), multiplied_parameters(apart));
}

TEST(StepWork, OfAMixtureReadsPackedExpertsInTheShareThatRowsChoose) {
  Adapter adapter;
  const Transformer model = adapted(tiny_mixture(), adapter, 2);
  ASSERT_EQ(model.weights.layers[0].gate_up.blocks.scalar_type(), at::kByte);
  const std::int64_t attention = 4 * ((32 * 32 + 32) + 2 * (16 * 32 + 16) + (32 * 32 + 32) + 4);
  const std::int64_t others = 4 * (2 * 32 + 4 * 32 + 4);  // norms, router
  // Of one expert: 4 bits an entry, a scale for 32, biases in float32.
  const std::int64_t expert = (128 * 32 + 32 * 64) / 2 + (128 * 32 + 32 * 64) / 32 + 4 * (128 + 32);
  const std::int64_t outside = 4 * (32 + 40 * 32);  // last norm, head
  const auto bytes = [&](std::int64_t rows, double experts) {
    return static_cast<std::int64_t>(
        static_cast<double>(2 * (attention + others) + outside + rows * 4 * 32) +
        2 * experts * static_cast<double>(expert));
  };
  EXPECT_EQ(step_work(model, {1, 1, 5, 7}).weight_bytes, bytes(1, 2));
  EXPECT_EQ(step_work(model, {2, 2, 5, 7}).weight_bytes, bytes(2, 3));  // 4 - 4 / 2^2
  EXPECT_EQ(multiplied_parameters(model),
            2 * (2 * 32 * 32 + 2 * 16 * 32 + 4 * 32 + 2 * (128 * 32 + 32 * 64)) + 40 * 32);
}

TEST(StepWork, SeesNoFurtherThanAWindow) {
  Adapter adapter;
  const Transformer model = adapted(tiny_mixture(), adapter, 2);
  const std::int64_t token = 4 * 2 * 2 * 8;
  // A window of 8 holds 7 of the completion and 1 of the prompt; the other layer sees all 12.
  EXPECT_EQ(step_work(model, {1, 1, 5, 7}).kv_bytes, token * (8 + 12));
  EXPECT_EQ(step_work(model, {1, 1, 5, 20}).kv_bytes, token * (8 + 25));
}

TEST(Shapes, WeighWhatPublishedModelsWeigh) {
  const auto billions = [](const std::string& name) {
    return static_cast<double>(weight_bytes(named_shape(name), at::kBFloat16)) / 2e9;
  };
  EXPECT_NEAR(billions("qwen2.5-0.5b"), 0.494, 0.001);
  EXPECT_NEAR(billions("qwen2.5-7b"), 7.616, 0.001);
  EXPECT_NEAR(billions("qwen3-8b"), 8.191, 0.001);
  EXPECT_NEAR(billions("llama3.1-8b"), 8.030, 0.001);
  EXPECT_NEAR(2e9 * billions("gpt-oss-20b") / (1 << 30), 12.8, 0.05);
  EXPECT_NEAR(2e9 * billions("gpt-oss-120b") / (1 << 30), 60.8, 0.05);
}

TEST(Shapes, OfGptOssAreThoseOfItsConfigJson) {
  const ModelConfig shape = named_shape("gpt-oss-20b");
  const core::TemporaryFolder folder;
  write_model_config(folder.path(), shape);
  const ModelConfig read = read_model_config(folder.path());
  EXPECT_EQ(read.windows, shape.windows);
  EXPECT_EQ(read.windows[0], 128);
  EXPECT_EQ(read.windows[1], 0);
  EXPECT_NEAR(read.rope_scaling.attention_factor, 1.3466, 1e-4);
  EXPECT_TRUE(read.mxfp4 && read.sinks && read.o_bias && !read.rope_scaling.truncate);
}

TEST(Shapes, OfAnotherNameAreRefusedWithTheKnownOnes) {
  try {
    named_shape("qwen2.5-7");
    FAIL();
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("gpt-oss-120b, gpt-oss-20b, llama3.1-8b"));
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'qwen2.5-7b'?"));
  }
}

TEST(Shapes, GetAnAdapterThatChangesWhatTheModelSays) {
  for (const ModelConfig& config : {tiny_dense(), tiny_mixture()}) {
    Adapter adapter;
    Transformer model = adapted(config, adapter, 2);
    const at::NoGradGuard no_gradients;
    Packing packing;
    packing.add(6);
    const at::Tensor tokens = at::arange(6, at::kLong);
    const at::Tensor with = forward_packed(model, tokens, packing);
    detach(model.weights);
    const at::Tensor without = forward_packed(model, tokens, packing);
    EXPECT_TRUE(with.isfinite().all().item<bool>());
    EXPECT_GT((with - without).abs().max().item<float>(), 1e-4);
  }
}

}  // namespace
}  // namespace vegttt::policy

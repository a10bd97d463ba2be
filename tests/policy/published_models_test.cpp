// The config.json of published models as their authors wrote them (older spellings included):
// sizes, and what the weights weigh.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "vegttt/core/error.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::policy {
namespace {

ModelConfig parsed(const std::string& json) {
  const core::TemporaryFolder folder;
  core::write_file_atomically(folder.path() / "config.json", json);
  return read_model_config(folder.path());
}

double gibibytes(const ModelConfig& config) {
  return static_cast<double>(weight_bytes(config, at::kBFloat16)) / (1 << 30);
}

TEST(PublishedModels, Llama31) {
  const ModelConfig config = parsed(R"({"model_type": "llama", "num_hidden_layers": 32,
    "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 8,
    "intermediate_size": 14336, "vocab_size": 128256, "tie_word_embeddings": false,
    "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "max_position_embeddings": 131072,
    "hidden_act": "silu", "attention_bias": false, "mlp_bias": false,
    "eos_token_id": [128001, 128008, 128009], "rope_scaling": {"rope_type": "llama3",
    "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192}})");
  EXPECT_EQ(config.head_dim, 128);
  EXPECT_FALSE(config.qkv_bias || config.qk_norm || config.tied);
  EXPECT_EQ(config.rope_scaling.kind, RopeScaling::Kind::kLlama3);
  EXPECT_EQ(config.rope_scaling.original_positions, 8192);
  EXPECT_EQ(config.end_tokens.size(), 3u);
  EXPECT_NEAR(gibibytes(config), 8.03e9 * 2 / (1 << 30), 0.01);
}

TEST(PublishedModels, Qwen25KeepsItsWindowSwitchedOff) {
  const ModelConfig config = parsed(R"({"model_type": "qwen2", "num_hidden_layers": 28,
    "hidden_size": 3584, "num_attention_heads": 28, "num_key_value_heads": 4,
    "intermediate_size": 18944, "vocab_size": 152064, "tie_word_embeddings": false,
    "rms_norm_eps": 1e-6, "rope_theta": 1000000.0, "max_position_embeddings": 32768,
    "use_sliding_window": false, "sliding_window": 131072, "max_window_layers": 28,
    "eos_token_id": 151645})");
  EXPECT_TRUE(config.qkv_bias && !config.o_bias && config.windows.empty());
  EXPECT_NEAR(gibibytes(config), 15.23e9 / (1 << 30), 0.01);
}

TEST(PublishedModels, Qwen3HasHeadsWiderThanItsHiddenSize) {
  const ModelConfig config = parsed(R"({"model_type": "qwen3", "num_hidden_layers": 28,
    "hidden_size": 1024, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
    "intermediate_size": 3072, "vocab_size": 151936, "tie_word_embeddings": true,
    "rms_norm_eps": 1e-6, "rope_theta": 1000000, "rope_scaling": null, "sliding_window": null,
    "max_position_embeddings": 40960, "attention_bias": false, "eos_token_id": 151645})");
  EXPECT_EQ(config.head_dim, 128);
  EXPECT_TRUE(config.qk_norm && config.tied && config.is_plain());
  EXPECT_NEAR(gibibytes(config), 596e6 * 2 / (1 << 30), 0.01);
}

std::string gpt_oss(int layers, int experts) {
  return R"({"model_type": "gpt_oss", "num_hidden_layers": )" + std::to_string(layers) +
         R"(, "num_local_experts": )" + std::to_string(experts) +
         R"(, "hidden_size": 2880, "intermediate_size": 2880, "head_dim": 64,
    "num_attention_heads": 64, "num_key_value_heads": 8, "vocab_size": 201088,
    "num_experts_per_tok": 4, "experts_per_token": 4, "sliding_window": 128,
    "max_position_embeddings": 131072, "initial_context_length": 4096, "rope_theta": 150000,
    "rms_norm_eps": 1e-05, "swiglu_limit": 7.0, "attention_bias": true,
    "tie_word_embeddings": false, "eos_token_id": 200002,
    "quantization_config": {"quant_method": "mxfp4"},
    "rope_scaling": {"rope_type": "yarn", "factor": 32.0, "beta_fast": 32.0, "beta_slow": 1.0,
    "original_max_position_embeddings": 4096, "truncate": false}})";
}

TEST(PublishedModels, GptOss) {
  const ModelConfig config = parsed(gpt_oss(24, 32));
  EXPECT_TRUE(config.mxfp4 && config.sinks && config.o_bias);
  EXPECT_EQ(config.window(0), 128);  // the first layer slides
  EXPECT_EQ(config.window(1), 0);
  EXPECT_NEAR(config.rope_scaling.attention_factor, 1.3466, 1e-4);
  EXPECT_NEAR(gibibytes(config), 12.8, 0.05);
  EXPECT_NEAR(gibibytes(parsed(gpt_oss(36, 128))), 60.8, 0.05);
}

TEST(PublishedModels, AHubIdIsFoundInTheLocalCacheOnly) {
  const core::TemporaryFolder cache;
  const auto model = cache.path() / "models--Some--Model-1B",
             snapshot = model / "snapshots/0123abc";
  core::make_folder(snapshot);
  core::make_folder(model / "refs");
  core::write_file_atomically(snapshot / "config.json", "{}");
  core::write_file_atomically(model / "refs/main", "0123abc\n");
  setenv("HF_HUB_CACHE", cache.path().c_str(), 1);
  EXPECT_EQ(find_model_folder("Some/Model-1B"), snapshot);
  try {
    find_model_folder("Some/Other");
    FAIL();
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(cache.path().string()));
    EXPECT_THAT(error.try_this(), testing::HasSubstr("nothing is downloaded"));
  }
  unsetenv("HF_HUB_CACHE");
}

}  // namespace
}  // namespace vegttt::policy

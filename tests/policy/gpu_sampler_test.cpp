// Sampling on a GPU: against the forward pass that training uses, and its speed.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <numeric>

#include "gpu/gpu_model.h"
#include "gpu/sampler.h"
#include "vegttt/policy/lora.h"

namespace vegttt::policy {
namespace {

ModelConfig shape(
    int layers, int hidden, int heads, int kv, int dim, int ffn, int vocab, bool qk_norm) {
  ModelConfig config;
  config.layers = layers;
  config.hidden = hidden;
  config.heads = heads;
  config.kv_heads = kv;
  config.head_dim = dim;
  config.ffn = ffn;
  config.vocab = vocab;
  config.qk_norm = qk_norm;
  config.rope_theta = 1e4;
  return config;
}

// Random, made on the GPU: a large model takes minutes on the host.
Transformer random_on_gpu(const ModelConfig& config) {
  at::manual_seed(7);
  Transformer model{config, {}, at::kBFloat16};
  const auto options = at::TensorOptions().device(at::kCUDA).dtype(at::kBFloat16);
  for (const NamedTensor& named : named_tensors(model.weights, config))
    *named.tensor = named.raw ? (named.name.ends_with("_scales")
                                     ? at::full(named.shape, 121, options.dtype(at::kByte))
                                     : at::randint(256, named.shape, options.dtype(at::kByte)))
                    : named.shape.size() == 1
                        ? (named.name.ends_with("norm.weight") ? at::ones(named.shape, options)
                                                               : at::randn(named.shape, options))
                        : at::randn(named.shape, options).mul_(0.05);
  if (!model.weights.head.defined()) model.weights.head = model.weights.embed;
  return model;
}

Adapter adapter_for(Transformer& model, double size_of_b) {
  config::LoraOptions options;
  Adapter adapter = new_adapter(model.weights, options, 3);
  for (auto& [path, pair] : adapter.pairs) {
    pair.a = pair.a.to(at::kCUDA);
    pair.b = at::randn(pair.b.sizes(), pair.a.options()).mul_(size_of_b);
  }
  attach(model.weights, adapter);
  return adapter;
}

std::vector<SampleRequest> requests_of(int prompts, int each, int length, int vocab) {
  std::vector<SampleRequest> requests;
  for (int p = 0; p < prompts; ++p)
    for (int i = 0; i < each; ++i) {
      SampleRequest request;
      request.stream = core::CounterRng(static_cast<std::uint64_t>(1000 * p + i));
      for (int t = 0; t < length + 13 * p; ++t)
        request.prompt.push_back((t * 7919 + p * 104729) % vocab);
      requests.push_back(std::move(request));
    }
  return requests;
}

// Largest and mean |sampler - forward| over all tokens of all completions.
void compare(Transformer& model,
             const config::SamplingOptions& options,
             const char* name,
             int each = 5,
             const std::vector<int>& end_tokens = {},
             double most = 0.25,
             double most_on_average = 0.03,
             int prompt_tokens = 37) {
  ASSERT_TRUE(gpu::GpuModel::fits(model)) << name;
  const auto requests = requests_of(3, each, prompt_tokens, model.config.vocab);
  std::vector<Completion> completions(requests.size());
  const at::NoGradGuard no_gradients;
  gpu::Sampler sampler(model);
  sampler.sample(requests, options, end_tokens, [&](std::size_t i, Completion completion) {
    completions[i] = std::move(completion);
  });
  double largest = 0, sum = 0;
  int count = 0, likeliest = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    ASSERT_FALSE(completions[i].tokens.empty());
    if (end_tokens.empty()) {
      ASSERT_EQ(completions[i].tokens.size(), static_cast<std::size_t>(options.max_new_tokens));
    }
    std::vector<int> tokens = requests[i].prompt;
    tokens.insert(tokens.end(), completions[i].tokens.begin(), completions[i].tokens.end());
    const at::Tensor input = at::tensor(tokens, at::kLong).to(at::kCUDA);
    Packing alone;
    alone.add(input.size(0));
    const at::Tensor all = logits(model, forward_packed(model, input, alone)).to(at::kFloat);
    const at::Tensor scaled = at::log_softmax(all / std::max(options.temperature, 1e-3), 1);
    for (std::size_t t = 0; t < completions[i].tokens.size(); ++t) {
      const auto row = static_cast<std::int64_t>(requests[i].prompt.size() + t) - 1;
      const int token = completions[i].tokens[t];
      likeliest += all[row].argmax().item<std::int64_t>() == token ? 1 : 0;
      const double difference =
          std::abs(scaled[row][token].item<float>() - completions[i].logprobs[t]);
      largest = std::max(largest, difference);
      sum += difference;
      ++count;
    }
  }
  std::printf(
      "%s: %d tokens, log-probabilities differ by %.4f at most, %.5f on average; %d likeliest\n",
      name,
      count,
      largest,
      sum / count,
      likeliest);
  if (options.temperature == 0) {
    // Ties within bf16's rounding may fall otherwise.
    EXPECT_GE(likeliest, count * 95 / 100);
    return;
  }
  // bf16 logits near 4 are rounded to 1/64 by the training pass, and products here before a bias or
  // an adapter is added; a wrong key, mask or adapter is off by 1 and more.
  EXPECT_LT(largest, most);
  EXPECT_LT(sum / count, most_on_average);
}

config::SamplingOptions options_of(double temperature, int slots, int length) {
  config::SamplingOptions options;
  options.temperature = temperature;
  options.slots = slots;
  options.max_new_tokens = length;
  return options;
}

TEST(GpuSampler, AgreesWithTheForwardPass) {
  Transformer narrow = random_on_gpu(shape(4, 384, 6, 2, 64, 1024, 4096, true));
  const Adapter adapter = adapter_for(narrow, 0.02);
  compare(narrow, options_of(0.8, 4, 75), "head_dim 64, norms, adapter, 4 rows");
  compare(narrow, options_of(0, 16, 40), "the same, greedy");
  Transformer wide = random_on_gpu(shape(3, 896, 7, 1, 128, 2048, 8192, false));
  compare(wide, options_of(1.0, 15, 75), "head_dim 128, group of 7, no adapter");
  ModelConfig qwen2 = shape(3, 896, 14, 2, 64, 2048, 8192, false);
  qwen2.qkv_bias = true;
  Transformer biased = random_on_gpu(qwen2);
  const Adapter another = adapter_for(biased, 0.02);
  compare(biased, options_of(1.0, 8, 75), "biases of q, k and v, adapter");
  ModelConfig llama = shape(3, 512, 8, 2, 64, 1024, 4096, false);
  llama.rope_scaling.kind = RopeScaling::Kind::kLlama3;
  llama.rope_scaling.factor = 8;
  llama.rope_scaling.original_positions = 64;
  Transformer stretched = random_on_gpu(llama);
  compare(stretched, options_of(1.0, 8, 75), "stretched angles");
  ModelConfig windows = shape(4, 512, 16, 2, 64, 1024, 4096, false);
  windows.windows = {40, 0, 40, 0};
  windows.sinks = windows.o_bias = windows.qkv_bias = windows.norm_in_float = true;
  Transformer windowed = random_on_gpu(windows);
  compare(windowed, options_of(1.0, 8, 75), "windows of 40, sinks, biases");
}

// Completions of very different lengths: rows are refilled, then the last ones move together into
// ever smaller steps.
TEST(GpuSampler, RowsThatMoveGoOnAsTheyWere) {
  Transformer model = random_on_gpu(shape(4, 384, 6, 2, 64, 1024, 4096, true));
  const Adapter adapter = adapter_for(model, 0.02);
  std::vector<int> ends(60);
  std::iota(ends.begin(), ends.end(), 0);
  compare(model, options_of(1.0, 40, 200), "40 rows that end at different times", 20, ends);
}

TEST(GpuSampler, AMixtureOfExpertsAgreesWithTheForwardPass) {
  ModelConfig config = shape(4, 256, 16, 2, 64, 192, 4096, false);
  config.windows = {40, 0, 40, 0};
  config.sinks = config.o_bias = config.qkv_bias = config.norm_in_float = config.mxfp4 = true;
  config.experts = 12;
  config.experts_per_token = 4;
  config.rope_scaling.kind = RopeScaling::Kind::kYarn;
  config.rope_scaling.factor = 32;
  config.rope_scaling.original_positions = 64;
  config.rope_scaling.truncate = false;
  config.rope_scaling.attention_factor = 1.3465735902799727;
  Transformer model = random_on_gpu(config);
  const Adapter adapter = adapter_for(model, 0.02);
  // Two experts whose logits are equal but for rounding may be exchanged.
  compare(model,
          options_of(1.0, 8, 75),
          "gpt-oss: experts, windows, sinks, YaRN, adapter",
          5,
          {},
          0.8,
          0.04);
  std::vector<int> ends(60);
  std::iota(ends.begin(), ends.end(), 0);
  compare(model, options_of(1.0, 40, 100), "the same, rows that end", 20, ends, 0.8, 0.04);
  // Prompts of that many tokens are read through widened matrices.
  compare(model, options_of(1.0, 6, 40), "the same, prompts of 800 tokens", 2, {}, 0.8, 0.04, 800);
}

// The same requests together and one by one.
TEST(GpuSampler, BatchInvariantRolloutsDoNotDependOnTheirNeighbours) {
  Transformer model = random_on_gpu(shape(4, 384, 6, 2, 64, 1024, 4096, true));
  const Adapter adapter = adapter_for(model, 0.02);
  const at::NoGradGuard no_gradients;
  gpu::Sampler sampler(model);
  const auto requests = requests_of(4, 6, 37, 4096);
  for (const bool invariant : {false, true}) {
    config::SamplingOptions options = options_of(1.0, 24, 60);
    options.batch_invariant = invariant;
    std::vector<Completion> together(requests.size()), alone(requests.size());
    sampler.sample(
        requests, options, {}, [&](std::size_t i, Completion c) { together[i] = std::move(c); });
    for (std::size_t i = 0; i < requests.size(); ++i)
      sampler.sample(
          {requests[i]}, options, {}, [&](std::size_t, Completion c) { alone[i] = std::move(c); });
    int differ = 0, other_bits = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      differ += together[i].tokens != alone[i].tokens ? 1 : 0;
      other_bits += together[i].logprobs != alone[i].logprobs ? 1 : 0;
    }
    std::printf("%s: %d of %zu rollouts have other tokens alone, %d other log-probabilities\n",
                invariant ? "batch-invariant" : "as usual",
                differ,
                requests.size(),
                other_bits);
    if (!invariant) continue;
    EXPECT_EQ(differ, 0);
    EXPECT_EQ(other_bits, 0);
  }
}

TEST(GpuSampler, FiltersKeepTheLikeliest) {
  Transformer model = random_on_gpu(shape(2, 256, 4, 2, 64, 512, 4096, true));
  for (const int kind : {0, 1, 2}) {
    config::SamplingOptions options = options_of(1.5, 8, 32);
    if (kind == 0) options.top_k = 5;
    if (kind == 1) options.top_p = 0.3;
    if (kind == 2) options.min_p = 0.5;
    const at::NoGradGuard no_gradients;
    gpu::Sampler sampler(model);
    const auto requests = requests_of(2, 8, 20, 4096);
    int outside = 0, first = 0, count = 0;
    sampler.sample(requests, options, {}, [&](std::size_t i, const Completion& completion) {
      std::vector<int> tokens = requests[i].prompt;
      tokens.insert(tokens.end(), completion.tokens.begin(), completion.tokens.end());
      const at::Tensor input = at::tensor(tokens, at::kLong).to(at::kCUDA).view({1, -1});
      const at::Tensor p =
          at::softmax(logits(model, forward_batch(model, input)).to(at::kFloat) / 1.5, 1);
      for (std::size_t t = 0; t < completion.tokens.size(); ++t, ++count) {
        const at::Tensor row = p[static_cast<std::int64_t>(requests[i].prompt.size() + t) - 1];
        const double mine = row[completion.tokens[t]].item<float>();
        // Some slack for bf16: what stands a little beyond the limit may be kept.
        const double heavier = row.masked_select(row > 1.1 * mine).sum().item<float>();
        const auto rank = (row > 1.1 * mine).sum().item<std::int64_t>();
        outside += kind == 0   ? rank >= 5
                   : kind == 1 ? heavier >= 0.3
                               : mine * 1.1 < 0.5 * row.max().item<float>();
        first += rank == 0 ? 1 : 0;
      }
    });
    std::printf(
        "filter %d: %d of %d tokens outside, %d are the likeliest\n", kind, outside, count, first);
    EXPECT_EQ(outside, 0);
    EXPECT_LT(first, count);
  }
}

void time_shape(const char* name, const ModelConfig& config, int rows) {
  Transformer model = random_on_gpu(config);
  const Adapter adapter = adapter_for(model, 0.001);
  const at::NoGradGuard no_gradients;
  gpu::Sampler sampler(model);
  auto seconds = [&](int length) {
    const auto requests = requests_of(5, rows / 5, 512, config.vocab);
    const auto start = std::chrono::steady_clock::now();
    sampler.sample(requests,
                   options_of(1.0, rows, length),
                   {},
                   [&](std::size_t, const Completion& completion) {
                     EXPECT_EQ(completion.tokens.size(), static_cast<std::size_t>(length));
                   });
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  seconds(256);  // compiles, captures
  const double s = seconds(64), l = seconds(256);
  std::printf(
      "%s, %d rows: %.3f ms a step (192 steps), %.0f tokens/s; %.3f s before the first step\n",
      name,
      rows,
      (l - s) / 192 * 1e3,
      rows * 192 / (l - s),
      s - 64 * (l - s) / 192);
  for (const auto& [part, us] : sampler.decoder().time_parts())
    std::printf("  %-14s %9.1f us\n", part.c_str(), us);
}

TEST(GpuSampler, Speed) {
  time_shape("starter", shape(8, 384, 6, 2, 64, 1024, 4096, true), 160);
  time_shape("starter", shape(8, 384, 6, 2, 64, 1024, 4096, true), 40);
  time_shape("7B", shape(28, 3584, 28, 4, 128, 18944, 152064, false), 160);
}

}  // namespace
}  // namespace vegttt::policy

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (!at::hasCUDA()) {
    std::printf("SKIPPED: no GPU\n");
    return 77;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return RUN_ALL_TESTS();
}

// Training on a GPU in bf16: kernels, flash attention and grouped products against the same pass on
// the CPU in float32, over weights that both hold exactly.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdio>

#include "training/mixture.h"
#include "training/shared_attention.h"
#include "vegttt/policy/learning_pass.h"
#include "vegttt/policy/logit_rows.h"
#include "vegttt/policy/lora.h"
#include "vegttt/policy/shapes.h"

namespace vegttt::policy {
namespace {

// |a - b| / |b|, of all entries together.
double relative(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor want = b.to(at::kCPU, at::kDouble);
  return ((a.to(at::kCPU, at::kDouble) - want).norm() / (want.norm() + 1e-30)).item<double>();
}

ModelConfig shape(int head_dim) {
  ModelConfig c;
  c.layers = 3, c.hidden = 512, c.heads = 8, c.kv_heads = 2, c.head_dim = head_dim, c.ffn = 1024;
  c.vocab = 4096, c.rope_theta = 1e4, c.qk_norm = false;
  return c;
}

ModelConfig qwen3() {
  ModelConfig c = shape(128);
  c.qk_norm = true;
  return c;
}
ModelConfig qwen2() {
  ModelConfig c = shape(64);
  c.qkv_bias = true;
  return c;
}
ModelConfig gpt_oss() {
  ModelConfig c = shape(64);
  c.ffn = 512, c.experts = 16, c.experts_per_token = 4, c.mxfp4 = true;
  c.sinks = c.qkv_bias = c.o_bias = c.norm_in_float = true;
  c.windows = {40, 0, 40};
  return c;
}

struct Trained {
  Transformer model;
  Adapter adapter;

  at::Tensor hidden(const at::Tensor& tokens,
                    const Packing& packing,
                    const at::Tensor& rows,
                    Checkpointing checkpointing = Checkpointing::kOff) {
    const at::Device device = model.device();
    return forward_learning(model, tokens.to(device), packing, rows.to(device), checkpointing);
  }
  std::vector<at::Tensor> gradients(const at::Tensor& hidden, const at::Tensor& weights) {
    torch::autograd::backward({(hidden.to(at::kFloat) * weights.to(hidden.device())).sum()}, {});
    std::vector<at::Tensor> list;
    for (at::Tensor& parameter : adapter.parameters()) {
      list.push_back(parameter.grad().clone());
      parameter.mutable_grad() = at::Tensor();
    }
    return list;
  }
};

Trained on_cpu(const ModelConfig& config) {
  Trained t{random_transformer_on(config, at::kCPU, at::kFloat, 3), {}};
  for (const NamedTensor& named : named_tensors(t.model.weights, config)) {
    if (named.raw) continue;
    if (named.name.ends_with("bias") || named.name.ends_with("sinks"))
      named.tensor->normal_(0, 0.5);
    *named.tensor = named.tensor->to(at::kBFloat16).to(at::kFloat);
  }
  t.adapter = random_adapter(t.model.weights, 16, 32);
  for (auto& [path, pair] : t.adapter.pairs) {
    pair.a = pair.a.to(at::kBFloat16).to(at::kFloat);
    pair.b = at::randn_like(pair.b).mul_(0.05).to(at::kBFloat16).to(at::kFloat);
  }
  return t;
}

Trained in_bf16(const Trained& from, at::Device device) {
  Trained t = from;
  t.model.compute = at::kBFloat16;
  for (const NamedTensor& named : named_tensors(t.model.weights, t.model.config))
    *named.tensor = named.raw ? named.tensor->to(device) : named.tensor->to(device, at::kBFloat16);
  t.adapter = from.adapter.clone();
  for (auto& [path, pair] : t.adapter.pairs) pair = {pair.a.to(device), pair.b.to(device)};
  return t;
}

void attach_for_training(Trained& t) {
  for (at::Tensor& parameter : t.adapter.parameters()) parameter.set_requires_grad(true);
  attach(t.model.weights, t.adapter);
}

struct Packed {
  Packing packing;
  at::Tensor tokens, rows;
  Packed() {
    const auto first = packing.add(150);
    for (const int length : {60, 1, 77}) packing.add_continuation(first, length);
    const auto second = packing.add(30);
    packing.add_continuation(second, 100);
    packing.add(91);
    at::manual_seed(4);
    tokens = at::randint(0, 4096, {packing.tokens}, at::kLong);
    rows = at::arange(100, packing.tokens, at::kLong);
  }
};

struct Errors {
  double hidden = 0;
  std::vector<double>
      gradients;  // of the adapter's matrices, A and B of one module after the other
};

struct Question {
  Packed packed;
  at::Tensor weights;  // of the sum of hidden states whose gradients are compared
  at::Tensor hidden;   // the float32 answer
  std::vector<at::Tensor> gradients;

  explicit Question(Trained reference)
      : weights(at::randn({packed.rows.size(0), reference.model.config.hidden})) {
    attach_for_training(reference);
    hidden = reference.hidden(packed.tokens, packed.packing, packed.rows);
    gradients = reference.gradients(hidden, weights);
  }
  Errors errors_of(Trained trained, Checkpointing how) const {
    attach_for_training(trained);
    if (trained.model.device().is_cuda()) stack_weights(trained.model);
    const at::Tensor got = trained.hidden(packed.tokens, packed.packing, packed.rows, how);
    Errors errors{relative(got, hidden), {}};
    const auto of_got = trained.gradients(got, weights);
    for (std::size_t i = 0; i < gradients.size(); ++i)
      errors.gradients.push_back(relative(of_got[i], gradients[i]));
    return errors;
  }
};

// How far rounding to bf16 takes a gradient depends on the matrix: those of queries and keys are
// differences of nearly equal numbers. So the measure is what ATen's own operators make of the same
// pass in bf16 on the CPU; the device may be twice as far off, and a hundredth more.
void compare(const char* name, const ModelConfig& config) {
  const Trained reference = on_cpu(config);
  const Question question(reference);
  const Errors rounding = question.errors_of(in_bf16(reference, at::kCPU), Checkpointing::kOff);
  constexpr double kSlack = 0.01;
  for (const Checkpointing how : {Checkpointing::kOff, Checkpointing::kOn}) {
    const Errors errors = question.errors_of(in_bf16(reference, at::kCUDA), how);
    std::printf("%s, %s: hidden states off by %.4f (ATen's bf16 on the CPU: %.4f)\n",
                name,
                how == Checkpointing::kOn ? "computed again" : "kept",
                errors.hidden,
                rounding.hidden);
    EXPECT_LT(errors.hidden, 2 * rounding.hidden + kSlack);
    auto path = reference.adapter.pairs.begin();
    for (std::size_t i = 0; i < errors.gradients.size(); ++i, i % 2 == 0 ? ++path : path) {
      const std::string where = path->first + (i % 2 == 0 ? " A" : " B");
      if (errors.gradients[i] > 0.05 || rounding.gradients[i] > 0.05)
        std::printf("  gradient of %s off by %.4f (ATen: %.4f)\n",
                    where.c_str(),
                    errors.gradients[i],
                    rounding.gradients[i]);
      EXPECT_LT(errors.gradients[i], 2 * rounding.gradients[i] + kSlack) << where;
    }
  }
}

TEST(GpuLearning, HiddenStatesAndGradientsAreThoseOfTheCpu) {
  compare("Qwen3's, head_dim 128", qwen3());
  compare("Qwen2's, head_dim 64, biases", qwen2());
  compare("gpt-oss's: windows, sinks, experts", gpt_oss());
}

TEST(GpuLearning, AttentionInPartsEqualsItInDouble) {
  const Packed packed;
  const auto options = at::TensorOptions().device(at::kCUDA).dtype(at::kBFloat16);
  const std::int64_t tokens = packed.packing.tokens;
  at::manual_seed(5);
  for (const int dim : {64, 128}) {
    const at::Tensor q = at::randn({tokens, 8, dim}, options),
                     k = at::randn({tokens, 2, dim}, options),
                     v = at::randn({tokens, 2, dim}, options),
                     g = at::randn({tokens, 8, dim}, options), sinks = at::randn({8}, options);
    const training::SharedAttention here(packed.packing, at::kCUDA),
        there(packed.packing, at::kCPU);
    const auto exact = [](const at::Tensor& x) { return x.to(at::kCPU, at::kDouble); };
    for (const std::int64_t window : {0, 40, 128, 200})
      for (const bool with_sinks : {false, true}) {
        const AttentionRule rule{window, with_sinks ? sinks : at::Tensor()},
            exact_rule{window, with_sinks ? exact(sinks) : at::Tensor()};
        const auto got = here.forward(q, k, v, rule);
        const auto want = there.forward(exact(q), exact(k), exact(v), exact_rule);
        const auto of_got = here.backward(g, q, k, v, got, rule);
        const auto of_want =
            there.backward(exact(g), exact(q), exact(k), exact(v), want, exact_rule);
        const double off[4] = {relative(got.out, want.out),
                               relative(of_got.of_q, of_want.of_q),
                               relative(of_got.of_k, of_want.of_k),
                               relative(of_got.of_v, of_want.of_v)};
        std::printf("attention, D %d, window %d%s: off by %.4f, gradients %.4f %.4f %.4f\n",
                    dim,
                    static_cast<int>(window),
                    with_sinks ? ", sinks" : "",
                    off[0],
                    off[1],
                    off[2],
                    off[3]);
        for (const double each : off) EXPECT_LT(each, 0.02);
      }
  }
}

TEST(GpuLearning, LogProbabilitiesAndTheirGradientAreThoseOfTheCpu) {
  at::manual_seed(6);
  const at::Tensor hidden = at::randn({70, 256}).to(at::kBFloat16),
                   head = at::randn({4096, 256}).mul_(0.2).to(at::kBFloat16),
                   targets = at::randint(0, 4096, {70}, at::kLong);
  const LogitRows want =
      logit_rows(hidden.to(at::kFloat), head.to(at::kFloat), targets, 0.7, 0.25, true);
  const LogitRows got =
      logit_rows(hidden.to(at::kCUDA), head.to(at::kCUDA), targets.to(at::kCUDA), 0.7, 0.25, true);
  const auto largest = [](const at::Tensor& a, const at::Tensor& b) {
    return (a.to(at::kCPU) - b).abs().max().item<double>();
  };
  std::printf(
      "log-probabilities off by %.6f, at the other temperature %.6f, entropy %.6f, gradient %.4f\n",
      largest(got.logprobs, want.logprobs),
      largest(got.sampled, want.sampled),
      largest(got.entropy, want.entropy),
      relative(got.of_hidden, want.of_hidden));
  EXPECT_LT(largest(got.logprobs, want.logprobs), 1e-3);
  EXPECT_LT(largest(got.sampled, want.sampled), 1e-3);
  EXPECT_LT(largest(got.entropy, want.entropy), 1e-3);
  EXPECT_LT(relative(got.of_hidden, want.of_hidden), 0.01);
}

TEST(GpuLearning, MxFp4IsWidenedExactly) {
  ExpertLinear matrix;
  matrix.blocks = at::randint(0, 256, {3, 64, 4, 16}, at::kByte);
  matrix.scales = at::randint(100, 140, {3, 64, 4}, at::kByte);
  matrix.bias = at::zeros({3, 64});
  const at::Tensor want = training::wide_matrix(matrix, at::kFloat);
  matrix.blocks = matrix.blocks.to(at::kCUDA);
  matrix.scales = matrix.scales.to(at::kCUDA);
  EXPECT_TRUE(
      at::equal(training::wide_matrix(matrix, at::kBFloat16).to(at::kCPU, at::kFloat), want));
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

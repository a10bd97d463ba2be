// The kernels between the products of a training step (kernels/policy/train.cu), run on the CPU,
// against ATen in double. What they round to bf16 is off by 2^-8 of itself at most, and sums of
// such.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "kernel_on_cpu.h"
#include "training/elementwise.h"
#include "vegttt/policy/logit_rows.h"

namespace kernels {
using i64 = std::int64_t;
struct alignas(16) float4 {
  float x, y, z, w;
};
#define HEAD_DIM 128
#include "../../kernels/policy/prelude.cu"
#include "../../kernels/policy/train.cu"
}  // namespace kernels

namespace vegttt::policy {
namespace {

using on_cpu::launch;

const bf16* read(const at::Tensor& x) { return static_cast<const bf16*>(x.const_data_ptr()); }
bf16* write(const at::Tensor& x) { return static_cast<bf16*>(x.mutable_data_ptr()); }
unsigned rows(const at::Tensor& x) { return static_cast<unsigned>(x.size(0)); }

at::Tensor random(at::IntArrayRef shape) { return at::randn(shape).to(at::kBFloat16); }
at::Tensor exact(const at::Tensor& x) { return x.to(at::kDouble); }

void expect_near(const at::Tensor& got, const at::Tensor& want, double tolerance = 0.01) {
  const at::Tensor off = (exact(got) - exact(want)).abs();
  EXPECT_LT((off / (exact(want).abs() + 1)).max().item<double>(), tolerance);
}

class TrainKernels : public testing::Test {
 protected:
  void SetUp() override { at::manual_seed(3); }
};

TEST_F(TrainKernels, NormsAndTheirGradients) {
  const at::Tensor x = random({3, 2088}), weight = random({2088}), of_y = random({3, 2088}),
                   residual = random({3, 2088});
  at::Tensor y = at::empty_like(x), again = at::empty_like(x), of_x = at::empty_like(x);
  for (const bool in_float : {false, true}) {
    const training::NormRule rule{1e-5, in_float};
    launch({rows(x)}, 256, [&] {
      kernels::rms_norm(read(x), read(weight), 1e-5f, in_float ? 1 : 0, write(y), 2088);
    });
    expect_near(y, training::norm(exact(x), exact(weight), rule));
    for (const bool more : {false, true}) {
      launch({rows(x)}, 256, [&] {
        kernels::rms_norm_backward(read(x),
                                   read(weight),
                                   read(of_y),
                                   more ? read(residual) : nullptr,
                                   1e-5f,
                                   in_float ? 1 : 0,
                                   write(again),
                                   write(of_x),
                                   2088);
      });
      EXPECT_TRUE(at::equal(again, y));
      expect_near(
          of_x,
          training::norm_backward(
              exact(x), exact(weight), rule, exact(of_y), more ? exact(residual) : at::Tensor())
              .of_x);
    }
  }
}

TEST_F(TrainKernels, HeadsTurnAndTurnBack) {
  ModelConfig c;
  c.heads = 7, c.kv_heads = 2, c.head_dim = 128, c.rope_theta = 1e4;
  const at::Tensor y = random({5, 11 * 128});
  Layer layer;
  layer.q_norm = random({128}), layer.k_norm = random({128});
  const auto table = ops::rope_table(c, at::tensor({0, 3, 9, 100, 101}, at::kLong), at::kBFloat16);
  const ops::RopeTable exact_table{exact(table.cos), exact(table.sin)};
  Layer exact_layer;
  exact_layer.q_norm = exact(layer.q_norm), exact_layer.k_norm = exact(layer.k_norm);
  const at::Tensor of_q = random({5, 7, 128}), of_k = random({5, 2, 128}),
                   of_v = random({5, 2, 128});
  for (const bool normed : {false, true}) {
    c.qk_norm = normed;
    at::Tensor got = y.clone(), want = exact(y), before = at::empty({5, 9, 128}, y.options()),
               of_y = at::empty_like(y);
    const bf16* norms[2] = {normed ? read(layer.q_norm) : nullptr,
                            normed ? read(layer.k_norm) : nullptr};
    launch({5, 2}, 256, [&] {
      kernels::heads(write(got),
                     norms[0],
                     norms[1],
                     1e-6f,
                     read(table.cos),
                     read(table.sin),
                     normed ? write(before) : nullptr,
                     7,
                     2);
    });
    const at::Tensor exact_before = training::turn_heads(want, exact_layer, c, exact_table);
    expect_near(got, want, 0.02);
    if (normed) {
      EXPECT_TRUE(at::equal(exact(before), exact_before));
    }
    launch({5, 2}, 256, [&] {
      kernels::heads_backward(read(of_q),
                              read(of_k),
                              read(of_v),
                              normed ? read(before) : nullptr,
                              norms[0],
                              norms[1],
                              1e-6f,
                              read(table.cos),
                              read(table.sin),
                              write(of_y),
                              7,
                              2);
    });
    expect_near(
        of_y,
        training::turn_heads_backward(
            exact(of_q), exact(of_k), exact(of_v), exact_before, exact_layer, c, exact_table));
  }
}

TEST_F(TrainKernels, GatesAndTheirGradients) {
  const at::Tensor both = random({3, 2 * 2056}).mul_(3), of_h = random({3, 2056});
  at::Tensor h = at::empty_like(of_h), of_both = both.clone(), again = of_h.clone();
  launch({3, 2}, 256, [&] { kernels::gated(read(both), write(h), 2056); });
  expect_near(h, training::gated(exact(both)), 0.02);
  launch({3, 2}, 256, [&] { kernels::gated_backward(write(of_both), write(again), 2056); });
  EXPECT_TRUE(at::equal(again, h));
  at::Tensor want = exact(both), want_h = exact(of_h);
  training::gated_backward(want, want_h);
  expect_near(of_both, want, 0.02);
}

TEST_F(TrainKernels, PartsOfAttentionAreMerged) {
  const at::Tensor own = random({6, 3, 128}), other = random({4, 3, 128}),
                   where = at::tensor({1, 2, 4, 5}, at::kLong), a = at::randn({3, 4}),
                   b = at::randn({3, 4}), lse = at::logaddexp(a, b);
  at::Tensor got = own.clone();
  launch({4, 1}, 256, [&] {
    kernels::merge_parts(write(got),
                         read(other),
                         where.const_data_ptr<std::int64_t>(),
                         a.const_data_ptr<float>(),
                         b.const_data_ptr<float>(),
                         lse.const_data_ptr<float>(),
                         3,
                         128,
                         4);
  });
  const auto share = [&](const at::Tensor& of) { return exact(of - lse).exp().t().unsqueeze(2); };
  at::Tensor want = exact(own);
  want.index_put_({where}, share(a) * want.index({where}) + share(b) * exact(other));
  expect_near(got, want);
}

TEST_F(TrainKernels, LogProbabilitiesEntropyAndTheirGradient) {
  const at::Tensor hidden = at::randn({3, 16}), head = at::randn({4104, 16}),
                   targets = at::tensor({0, 4103, 77}, at::kLong);
  const at::Tensor logits = at::matmul(hidden, head.t());
  for (const double other : {0.7, 0.25}) {
    at::Tensor logprob = at::empty({3}), entropy = at::empty({3}), sampled = at::empty({3}),
               of_logits = at::empty({3, 4104}, at::kBFloat16);
    launch({3}, 1024, [&] {
      kernels::logprobs(logits.const_data_ptr<float>(),
                        targets.const_data_ptr<std::int64_t>(),
                        static_cast<float>(1 / 0.7),
                        static_cast<float>(1 / other),
                        logprob.mutable_data_ptr<float>(),
                        entropy.mutable_data_ptr<float>(),
                        sampled.mutable_data_ptr<float>(),
                        write(of_logits),
                        4104);
    });
    const LogitRows want = logit_rows(hidden, head, targets, 0.7, other, true);
    EXPECT_LT((logprob - want.logprobs).abs().max().item<double>(), 1e-4);
    EXPECT_LT((entropy - want.entropy).abs().max().item<double>(), 1e-4);
    EXPECT_LT((sampled - want.sampled).abs().max().item<double>(), 2e-4);
    expect_near(at::matmul(of_logits.to(at::kFloat), head), want.of_hidden, 0.02);
  }
}

TEST_F(TrainKernels, GatesOfExpertsAndTheirGradients) {
  const double limit = 1.5, alpha = 1.702;
  const at::Tensor both = random({5, 2 * 1028}), bias = random({3, 2 * 1028}),
                   of_h = random({5, 1028}), weights = at::rand({5}),
                   expert = at::tensor({0, 0, 1, 2, 2}, at::kLong);
  const at::Tensor input = exact(both).set_requires_grad(true);
  const at::Tensor pairs = (input + exact(bias).index_select(0, expert)).unflatten(1, {-1, 2});
  const at::Tensor gate = pairs.select(2, 0).clamp_max(limit),
                   up = pairs.select(2, 1).clamp(-limit, limit);
  const at::Tensor want = gate * at::sigmoid(alpha * gate) * (up + 1);
  torch::autograd::backward({(want * exact(of_h) * exact(weights).unsqueeze(1)).sum()}, {});
  at::Tensor h = at::empty_like(of_h), of_both = both.clone(), dots = at::empty({5});
  const auto* experts = expert.const_data_ptr<std::int64_t>();
  launch({5, 2}, 256, [&] {
    kernels::expert_gated(read(both),
                          read(bias),
                          experts,
                          write(h),
                          static_cast<float>(limit),
                          static_cast<float>(alpha),
                          1028);
  });
  expect_near(h, want.detach());
  launch({5}, 256, [&] {
    kernels::expert_gated_backward(write(of_both),
                                   read(bias),
                                   experts,
                                   read(of_h),
                                   weights.const_data_ptr<float>(),
                                   dots.mutable_data_ptr<float>(),
                                   static_cast<float>(limit),
                                   static_cast<float>(alpha),
                                   1028);
  });
  expect_near(of_both, input.grad());
  expect_near(dots, (want.detach() * exact(of_h)).sum(1), 1e-3);
}

TEST_F(TrainKernels, PlacesOfATokenAreSummed) {
  const at::Tensor y = random({6, 2056}), bias = random({3, 2056}), residual = random({3, 2056}),
                   weights = at::rand({3, 2}),
                   places = at::tensor({5, 0, 1, 3, 2, 4}, at::kLong).view({3, 2}),
                   experts = at::tensor({2, 0, 0, 1, 1, 2}, at::kLong).view({3, 2});
  at::Tensor out = at::empty_like(residual);
  const auto sum = [&](bool weighted) {
    launch({3, 2}, 256, [&] {
      kernels::expert_sum(read(y),
                          places.const_data_ptr<std::int64_t>(),
                          weighted ? read(bias) : nullptr,
                          experts.const_data_ptr<std::int64_t>(),
                          weighted ? weights.const_data_ptr<float>() : nullptr,
                          weighted ? read(residual) : nullptr,
                          write(out),
                          2056,
                          2);
    });
  };
  const at::Tensor each = exact(y).index({places});
  sum(false);
  expect_near(out, each.sum(1));
  sum(true);
  expect_near(out,
              exact(residual) +
                  ((each + exact(bias).index({experts})) * exact(weights).unsqueeze(2)).sum(1),
              0.02);
}

TEST_F(TrainKernels, MxFp4IsWidenedExactly) {
  const at::Tensor blocks = at::randint(0, 256, {9, 10, 16}, at::kByte),
                   scales = at::randint(90, 160, {9, 10}, at::kByte);
  at::Tensor wide = at::empty({9, 320}, at::kBFloat16);
  launch({2}, 256, [&] {
    kernels::widen_blocks(reinterpret_cast<const u32*>(blocks.const_data_ptr()),
                          scales.const_data_ptr<std::uint8_t>(),
                          write(wide),
                          4 * 90);
  });
  EXPECT_TRUE(at::equal(wide.to(at::kFloat), ops::mxfp4_matrix(blocks, scales, at::kFloat)));
}

}  // namespace
}  // namespace vegttt::policy

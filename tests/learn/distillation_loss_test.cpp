#include "distillation_loss.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace vegttt::learn {
namespace {

at::Tensor logs(std::initializer_list<double> probabilities) {
  return at::tensor(std::vector<double>(probabilities)).log().unsqueeze(0);
}

TEST(Divergence, AtItsEndsIsOneOrTheOtherKl) {
  const at::Tensor student = logs({0.5, 0.25, 0.25}), teacher = logs({0.7, 0.2, 0.1});
  const double forward =
      0.7 * std::log(0.7 / 0.5) + 0.2 * std::log(0.2 / 0.25) + 0.1 * std::log(0.1 / 0.25);
  const double reverse =
      0.5 * std::log(0.5 / 0.7) + 0.25 * std::log(0.25 / 0.2) + 0.25 * std::log(0.25 / 0.1);
  EXPECT_NEAR(divergence(student, teacher, 0).item<double>(), forward, 1e-12);
  EXPECT_NEAR(divergence(student, teacher, 1).item<double>(), reverse, 1e-12);
}

TEST(Divergence, BetweenIsJensenShannon) {
  const at::Tensor student = logs({0.5, 0.5}), teacher = logs({0.9, 0.1});
  const double m = 0.5 * 0.5 + 0.5 * 0.9;  // alpha 1/2
  const double of_student = 0.5 * std::log(0.5 / m) + 0.5 * std::log(0.5 / (1 - m));
  const double of_teacher = 0.9 * std::log(0.9 / m) + 0.1 * std::log(0.1 / (1 - m));
  EXPECT_NEAR(
      divergence(student, teacher, 0.5).item<double>(), 0.5 * of_student + 0.5 * of_teacher, 1e-12);
  // A quarter of the teacher in the middle: the student's part weighs three quarters.
  const double q = 0.75 * 0.5 + 0.25 * 0.9;
  EXPECT_NEAR(divergence(student, teacher, 0.25).item<double>(),
              0.75 * (0.5 * std::log(0.5 / q) + 0.5 * std::log(0.5 / (1 - q))) +
                  0.25 * (0.9 * std::log(0.9 / q) + 0.1 * std::log(0.1 / (1 - q))),
              1e-12);
}

TEST(Divergence, OfEqualDistributionsIsZero) {
  const at::Tensor one = logs({0.2, 0.3, 0.5});
  for (const double alpha : {0.0, 0.3, 0.5, 1.0})
    EXPECT_NEAR(divergence(one, one, alpha).item<double>(), 0, 1e-12);
}

TEST(TokenDivergence, InChunksEqualsThePlainComputationWithItsGradient) {
  at::manual_seed(2);
  const at::Tensor head = at::randn({31, 8}), teacher = at::randn({13, 8}),
                   weights = at::rand({13});
  at::Tensor student = at::randn({13, 8}).set_requires_grad(true);
  for (const double alpha : {0.0, 0.5, 1.0}) {
    const auto plain = divergence(at::log_softmax(at::linear(student, head) / 0.6, 1),
                                  at::log_softmax(at::linear(teacher, head) / 0.6, 1),
                                  alpha);
    const auto wanted = torch::autograd::grad({(plain * weights).sum()}, {student})[0];
    for (const std::int64_t chunk : {1, 4, 100}) {
      const auto got = token_divergence(student, teacher, head, 0.6, alpha, chunk);
      EXPECT_LT((got - plain).abs().max().item<double>(), 1e-5);
      const auto gradient = torch::autograd::grad({(got * weights).sum()}, {student})[0];
      EXPECT_LT((gradient - wanted).abs().max().item<double>(), 1e-5) << alpha << " " << chunk;
    }
  }
}

}  // namespace
}  // namespace vegttt::learn

#include "muon.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace vegttt::pretrain {
namespace {

constexpr double kMomentum = 0.95;
constexpr int kNewtonSchulzSteps = 5;

}  // namespace

at::Tensor orthogonalised(const at::Tensor& matrix) {
  const bool tall = matrix.size(0) > matrix.size(1);
  at::Tensor x = (tall ? matrix.t() : matrix).to(at::kBFloat16);
  x = x / (x.norm() * 1.02 + 1e-7);
  for (int i = 0; i < kNewtonSchulzSteps; ++i) {
    const at::Tensor a = at::matmul(x, x.t());
    const at::Tensor b = a * -4.7750 + at::matmul(a, a) * 2.0315;
    x = x * 3.4445 + at::matmul(b, x);
  }
  return (tall ? x.t() : x).to(matrix.scalar_type());
}

Muon::Muon(std::vector<at::Tensor> matrices) : matrices_(std::move(matrices)) {
  for (const auto& matrix : matrices_) momentum_.push_back(at::zeros_like(matrix.detach()));
}

void Muon::step(double learning_rate, double weight_decay) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < matrices_.size(); ++i) {
    const at::Tensor gradient = matrices_[i].grad();
    momentum_[i].mul_(kMomentum).add_(gradient);
    const at::Tensor update = orthogonalised(gradient + momentum_[i] * kMomentum);
    const double shape = std::sqrt(
        std::max(1.0, static_cast<double>(update.size(0)) / static_cast<double>(update.size(1))));
    at::Tensor value = matrices_[i].detach();
    value.mul_(1 - learning_rate * weight_decay).sub_(update, learning_rate * shape);
    matrices_[i].mutable_grad().reset();
  }
}

}  // namespace vegttt::pretrain

#include "adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vegttt::pretrain {

void AdamW::Group::add(const at::Tensor& parameter) {
  parameters.push_back(parameter);
  first.push_back(at::zeros_like(parameter.detach()));
  second.push_back(at::zeros_like(parameter.detach()));
  steps.push_back(at::zeros({}, parameter.options().dtype(at::kFloat)));
}

AdamW::AdamW(const std::vector<at::Tensor>& parameters, double weight_decay) {
  matrices_.weight_decay = weight_decay;
  for (const auto& parameter : parameters)
    (parameter.dim() >= 2 ? matrices_ : others_).add(parameter);
}

std::vector<at::Tensor> AdamW::state() const {
  std::vector<at::Tensor> all;
  for (const Group* group : {&matrices_, &others_})
    for (const auto* tensors : {&group->first, &group->second, &group->steps})
      all.insert(all.end(), tensors->begin(), tensors->end());
  return all;
}

double AdamW::step(double learning_rate, double max_grad_norm) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (Group* group : {&matrices_, &others_}) {
    for (const auto& parameter : group->parameters) gradients.push_back(parameter.grad());
  }
  const at::Tensor norm = at::stack(at::_foreach_norm(gradients)).norm();
  if (max_grad_norm > 0) {
    const at::Tensor factor = (max_grad_norm / (norm + 1e-6)).clamp_max(1.0);
    at::_foreach_mul_(gradients, factor);
  }
  std::size_t begin = 0;
  for (Group* group : {&matrices_, &others_}) {
    if (group->parameters.empty()) continue;
    std::vector<at::Tensor> values;
    for (const auto& parameter : group->parameters) values.push_back(parameter.detach());
    const std::vector<at::Tensor> own(
        gradients.begin() + static_cast<std::ptrdiff_t>(begin),
        gradients.begin() + static_cast<std::ptrdiff_t>(begin + values.size()));
    begin += values.size();
    if (values.empty()) continue;
    for (auto& count : group->steps) count.add_(1);
    at::_fused_adamw_(values,
                      own,
                      group->first,
                      group->second,
                      {},
                      group->steps,
                      learning_rate,
                      0.9,
                      0.95,
                      group->weight_decay,
                      1e-8,
                      false,
                      false);
    for (const auto& parameter : group->parameters) parameter.mutable_grad().reset();
  }
  return norm.item<double>();
}

double schedule(std::int64_t step, std::int64_t steps, std::int64_t warmup) {
  if (step < warmup) return static_cast<double>(step + 1) / static_cast<double>(warmup);
  const double progress = static_cast<double>(step - warmup) /
                          static_cast<double>(std::max<std::int64_t>(1, steps - warmup));
  return 0.05 + 0.95 * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, progress)));
}

}  // namespace vegttt::pretrain

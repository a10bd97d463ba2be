#include "adamw.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

const std::string kMean = "exp_avg.", kSquare = "exp_avg_sq.";

}  // namespace

void AdamW::step(const std::map<std::string, at::Tensor>& parameters,
                 const config::LearnOptions& options) {
  const at::NoGradGuard no_gradients;
  ++steps_;
  const double mean_share = 1 - std::pow(options.beta1, steps_),
               square_share = 1 - std::pow(options.beta2, steps_);
  for (const auto& [name, parameter] : parameters) {
    const at::Tensor gradient = parameter.grad();
    if (!gradient.defined()) continue;
    Moments& moments = state_[name];
    if (!moments.mean.defined()) moments = {at::zeros_like(parameter), at::zeros_like(parameter)};
    moments.mean.mul_(options.beta1).add_(gradient, 1 - options.beta1);
    moments.square.mul_(options.beta2).addcmul_(gradient, gradient, 1 - options.beta2);
    const at::Tensor scale = (moments.square / square_share).sqrt_().add_(options.epsilon);
    if (options.weight_decay != 0) parameter.mul_(1 - options.learning_rate * options.weight_decay);
    parameter.addcdiv_(moments.mean, scale, -options.learning_rate / mean_share);
  }
}

tensors::TensorMap AdamW::state() const {
  tensors::TensorMap map{{"step", at::tensor({steps_}, at::kLong)}};
  for (const auto& [name, moments] : state_) {
    map[kMean + name] = moments.mean;
    map[kSquare + name] = moments.square;
  }
  return map;
}

void AdamW::restore(const tensors::TensorMap& state,
                    const std::map<std::string, at::Tensor>& parameters,
                    const std::string& where) {
  reset();
  for (const auto& [name, tensor] : state) {
    if (name == "step") {
      steps_ = tensor.item<std::int64_t>();
      continue;
    }
    const bool square = name.starts_with(kSquare);
    const std::string of = name.substr(std::min(name.size(), (square ? kSquare : kMean).size()));
    const auto parameter = parameters.find(of);
    if (parameter == parameters.end() || parameter->second.sizes() != tensor.sizes()) {
      throw core::UserError("optimizer state '" + name + "' fits no parameter of the adapter",
                            where);
    }
    (square ? state_[of].square : state_[of].mean) =
        tensor.to(parameter->second.device(), at::kFloat, false, /*copy=*/true);
  }
  for (const auto& [name, moments] : state_) {
    if (!moments.mean.defined() || !moments.square.defined())
      throw core::UserError("optimizer state of '" + name + "' is incomplete", where);
  }
}

}  // namespace vegttt::learn

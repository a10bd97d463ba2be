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
  std::vector<at::Tensor> values, gradients, means, squares;  // all at once: few launches
  for (const auto& [name, parameter] : parameters) {
    if (!parameter.grad().defined()) continue;
    Moments& moments = state_[name];
    if (!moments.mean.defined()) moments = {at::zeros_like(parameter), at::zeros_like(parameter)};
    values.push_back(parameter);
    gradients.push_back(parameter.grad());
    means.push_back(moments.mean);
    squares.push_back(moments.square);
  }
  if (values.empty()) return;
  at::_foreach_mul_(means, options.beta1);
  at::_foreach_add_(means, gradients, 1 - options.beta1);
  at::_foreach_mul_(squares, options.beta2);
  at::_foreach_addcmul_(squares, gradients, gradients, 1 - options.beta2);
  const auto scales = at::_foreach_div(squares, square_share);
  at::_foreach_sqrt_(scales);
  at::_foreach_add_(scales, options.epsilon);
  if (options.weight_decay != 0)
    at::_foreach_mul_(values, 1 - options.learning_rate * options.weight_decay);
  at::_foreach_addcdiv_(values, means, scales, -options.learning_rate / mean_share);
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

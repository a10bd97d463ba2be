#include "gradients.h"

#include <cmath>
#include <vector>

#include "vegttt/core/error.h"

namespace vegttt::learn {

double clip_gradients(const Parameters& parameters, double limit) {
  std::vector<at::Tensor> gradients, squares;  // summed there, so that a GPU is asked once
  for (const auto& [name, parameter] : parameters) {
    if (!parameter.grad().defined()) continue;
    gradients.push_back(parameter.grad());
    squares.push_back((parameter.grad() * parameter.grad()).to(at::kDouble).sum());
  }
  const double norm = squares.empty() ? 0 : std::sqrt(at::stack(squares).sum().item<double>());
  if (!std::isfinite(norm)) throw core::MachineError("the gradient is not finite", "learn.update");
  if (limit > 0 && norm > limit) at::_foreach_mul_(gradients, limit / norm);
  return norm;
}

void forget_gradients(Parameters& parameters) {
  for (auto& [name, parameter] : parameters) parameter.mutable_grad() = at::Tensor();
}

}  // namespace vegttt::learn

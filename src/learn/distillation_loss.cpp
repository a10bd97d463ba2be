#include "distillation_loss.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

at::Tensor kl(const at::Tensor& p, const at::Tensor& q) { return (p.exp() * (p - q)).sum(1); }

at::Tensor logprobs_of(const at::Tensor& hidden, const at::Tensor& head, double temperature) {
  return at::log_softmax(
      at::linear(hidden, head.to(hidden.scalar_type())).to(at::kFloat) / temperature, 1);
}

// A token's divergence depends on its own hidden state alone, so the gradients are computed chunk
// by chunk on the way forward and only scaled on the way back.
struct ChunkedDivergence : torch::autograd::Function<ChunkedDivergence> {
  static variable_list forward(AutogradContext* context,
                               const Variable& student,
                               const Variable& teacher,
                               const Variable& head,
                               double temperature,
                               double alpha,
                               std::int64_t chunk) {
    std::vector<at::Tensor> values, gradients;
    for (std::int64_t begin = 0; begin < student.size(0); begin += chunk) {
      const at::Tensor taught =
          logprobs_of(teacher.slice(0, begin, begin + chunk), head, temperature);
      const at::AutoGradMode with_gradients(true);
      const at::Tensor leaf =
          student.slice(0, begin, begin + chunk).detach().clone().set_requires_grad(true);
      const at::Tensor value =
          divergence(logprobs_of(leaf, head.detach(), temperature), taught, alpha);
      gradients.push_back(torch::autograd::grad({value.sum()}, {leaf})[0]);
      values.push_back(value.detach());
    }
    context->save_for_backward({at::cat(gradients)});
    return {at::cat(values)};
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const at::Tensor of_student = context->get_saved_variables()[0];
    return {(of_student * gradients[0].unsqueeze(1)).to(of_student.scalar_type()),
            at::Tensor(),
            at::Tensor(),
            at::Tensor(),
            at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor divergence(const at::Tensor& student, const at::Tensor& teacher, double alpha) {
  if (alpha <= 0) return kl(teacher, student);
  if (alpha >= 1) return kl(student, teacher);
  const at::Tensor middle = at::logaddexp(student + std::log(1 - alpha), teacher + std::log(alpha));
  return (1 - alpha) * kl(student, middle) + alpha * kl(teacher, middle);
}

at::Tensor token_divergence(const at::Tensor& student,
                            const at::Tensor& teacher,
                            const at::Tensor& head,
                            double temperature,
                            double alpha,
                            std::int64_t chunk) {
  VEGTTT_ASSERT(!head.requires_grad(), "the head does not learn from a teacher");
  return ChunkedDivergence::apply(student, teacher, head, temperature, alpha, chunk)[0];
}

}  // namespace vegttt::learn

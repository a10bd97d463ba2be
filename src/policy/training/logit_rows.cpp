#include "vegttt/policy/logit_rows.h"

#include "training/kernels.h"
#include "training/parts.h"

namespace vegttt::policy {
namespace {

at::Tensor logits_of(const at::Tensor& hidden, const at::Tensor& head) {
  if (hidden.is_cuda() && hidden.scalar_type() != at::kFloat)
    return at::mm(hidden, head.t(), at::kFloat);
  return at::mm(hidden, head.t()).to(at::kFloat);
}

at::Tensor picked(const at::Tensor& scores, const at::Tensor& targets) {
  return scores.gather(1, targets.unsqueeze(1)).squeeze(1);
}

// The gradient by the logits, in their place.
LogitRows by_aten(at::Tensor& logits,
                  const at::Tensor& targets,
                  double temperature,
                  double other_temperature,
                  at::Tensor* of_logits) {
  LogitRows rows;
  if (other_temperature != temperature) {
    const at::Tensor other = logits / other_temperature;
    rows.sampled = picked(other, targets) - at::logsumexp(other, 1);
  }
  if (temperature != 1) logits.div_(temperature);
  const at::Tensor total = at::logsumexp(logits, 1);
  rows.logprobs = picked(logits, targets) - total;
  if (!rows.sampled.defined()) rows.sampled = rows.logprobs.clone();
  logits.sub_(total.unsqueeze(1));
  const at::Tensor probabilities = logits.exp();
  rows.entropy = -(logits.mul_(probabilities)).sum(1);
  if (of_logits == nullptr) return rows;
  *of_logits = probabilities.div_(-temperature)
                   .scatter_add_(1,
                                 targets.unsqueeze(1),
                                 at::full({targets.size(0), 1}, 1 / temperature, logits.options()));
  return rows;
}

LogitRows by_kernel(const at::Tensor& logits,
                    const at::Tensor& targets,
                    double temperature,
                    double other_temperature,
                    at::Tensor* of_logits) {
  const std::int64_t count = logits.size(0);
  LogitRows rows{at::empty({count}, logits.options()),
                 at::empty({count}, logits.options()),
                 at::empty({count}, logits.options()),
                 {}};
  if (of_logits != nullptr) *of_logits = at::empty_like(logits, at::kBFloat16);
  const at::Tensor ids = targets.contiguous();
  training::kernels(logits.device())
      .launch("logprobs",
              dim3(static_cast<unsigned>(count)),
              1024,
              0,
              training::stream(),
              training::read(logits),
              training::read(ids),
              static_cast<float>(1 / temperature),
              static_cast<float>(1 / other_temperature),
              training::write(rows.logprobs),
              training::write(rows.entropy),
              training::write(rows.sampled),
              of_logits != nullptr ? training::write(*of_logits) : nullptr,
              static_cast<int>(logits.size(1)));
  return rows;
}

}  // namespace

LogitRows logit_rows(const at::Tensor& hidden,
                     const at::Tensor& head,
                     const at::Tensor& targets,
                     double temperature,
                     double other_temperature,
                     bool gradient) {
  const at::Tensor matrix = head.to(hidden.scalar_type());
  at::Tensor logits = logits_of(hidden, matrix), of_logits;
  training::mark("head", hidden.device());
  const bool takes = hidden.is_cuda() && hidden.scalar_type() == at::kBFloat16 &&
                     logits.size(1) % 4 == 0 && logits.size(0) > 0;
  at::Tensor* wanted = gradient ? &of_logits : nullptr;
  LogitRows rows = takes ? by_kernel(logits, targets, temperature, other_temperature, wanted)
                         : by_aten(logits, targets, temperature, other_temperature, wanted);
  training::mark("log-probabilities", hidden.device());
  if (gradient) rows.of_hidden = at::mm(of_logits.to(hidden.scalar_type()), matrix);
  training::mark("head", hidden.device());
  return rows;
}

std::int64_t logit_chunk(at::Device device) { return device.is_cuda() ? 2048 : 1024; }

}  // namespace vegttt::policy

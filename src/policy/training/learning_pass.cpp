#include "vegttt/policy/learning_pass.h"

#include <ATen/OpMathType.h>
#include <torch/csrc/autograd/custom_function.h>

#include "training/layer_pass.h"
#include "training/parts.h"
#include "vegttt/policy/lora.h"

namespace vegttt::policy {
namespace {

// Rows of x, of which many may be one: their gradients are summed in float32, in a fixed order.
struct SelectRows : torch::autograd::Function<SelectRows> {
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& x,
                            const at::Tensor& rows) {
    context->save_for_backward({rows});
    context->saved_data["count"] = x.size(0);
    return x.index_select(0, rows);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const at::Tensor rows = context->get_saved_variables()[0], &of = gradients[0];
    at::Tensor sum = at::zeros({context->saved_data["count"].toInt(), of.size(1)},
                               of.options().dtype(at::toOpMathType(of.scalar_type())));
    sum.index_put_({rows}, of.to(sum.scalar_type()), /*accumulate=*/true);
    return {sum.to(of.scalar_type()), {}};
  }
};

void stack(const std::vector<Linear*>& layers) {
  if (training::stacked({layers.begin(), layers.end()}).defined()) return;
  std::vector<at::Tensor> weights;
  for (const Linear* layer : layers) weights.push_back(layer->weight);
  const at::Tensor all = at::cat(weights);
  std::int64_t row = 0;
  for (Linear* layer : layers) {
    const std::int64_t rows = layer->weight.size(0);
    layer->weight = all.narrow(0, row, rows);
    row += rows;
  }
}

}  // namespace

void stack_weights(Transformer& model) {
  for (Layer& layer : model.weights.layers) {
    stack({&layer.q, &layer.k, &layer.v});
    if (model.config.experts == 0) stack({&layer.gate, &layer.up});
  }
}

at::Tensor forward_learning(const Transformer& model,
                            const at::Tensor& tokens,
                            const Packing& packing,
                            const at::Tensor& rows,
                            Checkpointing checkpointing) {
  if (adapts_experts(model.weights)) {
    const at::Tensor all = forward_packed(model, tokens, packing);
    return rows.defined() ? SelectRows::apply(all, rows) : all;
  }
  training::mark("rest", tokens.device());
  const auto pass = c10::make_intrusive<training::Pass>(model, tokens, packing, checkpointing);
  at::Tensor x = at::embedding(model.weights.embed, tokens).to(model.compute);
  training::mark("rest", tokens.device());
  for (int i = 0; i < model.config.layers; ++i) x = training::layer_pass(pass, i, x);
  if (rows.defined()) x = SelectRows::apply(x, rows);
  return ops::rms_norm(x, model.weights.norm, model.config.rms_eps, model.config.norm_in_float);
}

}  // namespace vegttt::policy

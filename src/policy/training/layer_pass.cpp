#include "training/layer_pass.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "training/elementwise.h"
#include "training/mixture.h"
#include "training/parts.h"

namespace vegttt::policy::training {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Variable;
using torch::autograd::variable_list;

// What the backward pass of a layer starts from.
struct Kept {
  at::Tensor x;       // its input
  at::Tensor qkv;     // turned queries, turned keys, values
  at::Tensor before;  // queries and keys before their norms
  Attended mixed;
  at::Tensor middle;  // x + attention
  at::Tensor wide;    // gates and ups of a dense MLP
  Routing routing;    // of a mixture
  at::Tensor low_qkv, low_o, low_wide, low_down;

  template <class Self, class Visitor>
  static void visit(Self& kept, const Visitor& visit) {
    for (auto* tensor : {&kept.x,
                         &kept.qkv,
                         &kept.before,
                         &kept.mixed.out,
                         &kept.mixed.lse,
                         &kept.mixed.state,
                         &kept.mixed.unused,
                         &kept.middle,
                         &kept.wide,
                         &kept.routing.experts,
                         &kept.routing.weights,
                         &kept.routing.places,
                         &kept.routing.tokens,
                         &kept.routing.expert_of_place,
                         &kept.routing.ends,
                         &kept.low_qkv,
                         &kept.low_o,
                         &kept.low_wide,
                         &kept.low_down})
      visit(*tensor);
  }
  variable_list list() const {
    variable_list all;
    visit(*this, [&](const at::Tensor& tensor) { all.push_back(tensor); });
    return all;
  }
  static Kept of(const variable_list& all) {
    Kept kept;
    auto next = all.begin();
    visit(kept, [&](at::Tensor& tensor) { tensor = *next++; });
    return kept;
  }
};

// A layer of a pass, with its matrices as products take them.
struct Call : torch::CustomClassHolder {
  Call(c10::intrusive_ptr<Pass> of, int number)
      : pass(std::move(of)),
        index(number),
        layer(pass->model.weights.layers[static_cast<std::size_t>(number)]),
        config(pass->model.config),
        qkv({&layer.q, &layer.k, &layer.v}, pass->model.compute),
        o({&layer.o}, pass->model.compute),
        mixes(config.experts > 0),
        wide(stack_unless(mixes, {&layer.gate, &layer.up})),
        down(stack_unless(mixes, {&layer.down})) {}

  Stack stack_unless(bool none, const std::vector<const Linear*>& layers) const {
    return none ? Stack() : Stack(layers, pass->model.compute);
  }

  c10::intrusive_ptr<Pass> pass;
  int index;
  const Layer& layer;
  const ModelConfig& config;
  Stack qkv, o;
  bool mixes;
  Stack wide, down;  // of a dense MLP

  variable_list parameters() const {
    variable_list list;
    for (const Stack* stack : {&qkv, &o, &wide, &down})
      list.insert(list.end(), stack->parameters().begin(), stack->parameters().end());
    return list;
  }
  NormRule norm_rule() const { return {config.rms_eps, config.norm_in_float}; }
  AttentionRule attention_rule() const { return {config.window(index), layer.sinks}; }
  // Queries, keys and values [N, .., D] of a row of heads.
  std::array<at::Tensor, 3> split(const at::Tensor& heads) const {
    const at::Tensor each = heads.view({heads.size(0), -1, config.head_dim});
    return {each.narrow(1, 0, config.heads),
            each.narrow(1, config.heads, config.kv_heads),
            each.narrow(1, config.heads + config.kv_heads, config.kv_heads)};
  }
};

at::Tensor flat(const at::Tensor& heads) { return heads.reshape({heads.size(0), -1}); }

// Up to what the MLP's last product reads; forward() goes on from there.
Kept first_part(const Call& call, const at::Tensor& x) {
  const at::Device device = x.device();
  Kept kept;
  kept.x = x;
  const at::Tensor normed = norm(x, call.layer.input_norm, call.norm_rule());
  mark("norms", device);
  const Stack::Output heads = call.qkv.forward(normed);
  kept.qkv = heads.y, kept.low_qkv = heads.low;
  mark("qkv", device);
  kept.before = turn_heads(kept.qkv, call.layer, call.config, call.pass->table);
  mark("heads", device);
  const auto [q, k, v] = call.split(kept.qkv);
  kept.mixed = call.pass->attention.forward(q, k, v, call.attention_rule());
  mark("attention", device);
  const Stack::Output attended = call.o.forward(flat(kept.mixed.out), x);
  kept.middle = attended.y, kept.low_o = attended.low;
  mark("o", device);
  const at::Tensor again = norm(kept.middle, call.layer.post_norm, call.norm_rule());
  mark("norms", device);
  if (call.mixes) {
    kept.routing = route(again, call.layer, call.config);
    mark("router", device);
    return kept;
  }
  const Stack::Output both = call.wide.forward(again);
  kept.wide = both.y, kept.low_wide = both.low;
  mark("gate_up", device);
  return kept;
}

at::Tensor forward(const Call& call, Kept& kept) {
  const at::Device device = kept.x.device();
  if (call.mixes)
    return mixture(norm(kept.middle, call.layer.post_norm, call.norm_rule()),
                   kept.middle,
                   kept.routing,
                   call.layer,
                   call.config);
  const at::Tensor hidden = gated(kept.wide);
  mark("gated", device);
  const Stack::Output output = call.down.forward(hidden, kept.middle);
  kept.low_down = output.low;
  mark("down", device);
  return output.y;
}

at::Tensor mixed_mlp_backward(const Call& call, const Kept& kept, const at::Tensor& of_out) {
  const at::Tensor normed = norm(kept.middle, call.layer.post_norm, call.norm_rule());
  const at::Tensor of_normed =
      mixture_backward(normed, of_out, kept.routing, call.layer, call.config);
  return norm_backward(kept.middle, call.layer.post_norm, call.norm_rule(), of_normed, of_out).of_x;
}

// Uses up `kept`. Returns the gradient of the layer's middle; those of parameters by stack.
at::Tensor mlp_backward(const Call& call,
                        Kept& kept,
                        const at::Tensor& of_out,
                        std::vector<at::Tensor>& of_wide_stack,
                        std::vector<at::Tensor>& of_down_stack) {
  if (call.mixes) return mixed_mlp_backward(call, kept, of_out);
  const at::Device device = of_out.device();
  const at::Tensor of_low_down = call.down.low_gradient(of_out);
  at::Tensor hidden = call.down.input_gradient(of_out, of_low_down);
  mark("back down", device);
  gated_backward(kept.wide, hidden);
  const at::Tensor& of_wide = kept.wide;
  mark("back gated", device);
  if (!kept.low_down.defined() && of_low_down.defined())  // recomputed layers stop before it
    kept.low_down = call.down.low(hidden);
  of_down_stack = call.down.gradients(of_out, of_low_down, hidden, kept.low_down);
  hidden.reset();
  mark("back adapters", device);
  const at::Tensor of_low = call.wide.low_gradient(of_wide);
  mark("back adapters", device);
  const at::Tensor of_normed = call.wide.input_gradient(of_wide, of_low);
  mark("back gate_up", device);
  const NormGradient norms =
      norm_backward(kept.middle, call.layer.post_norm, call.norm_rule(), of_normed, of_out);
  mark("back norms", device);
  of_wide_stack = call.wide.gradients(of_wide, of_low, norms.normed, kept.low_wide);
  kept.wide.reset();
  mark("back adapters", device);
  return norms.of_x;
}

at::Tensor attention_backward(const Call& call,
                              Kept& kept,
                              const at::Tensor& of_middle,
                              std::vector<at::Tensor>& of_qkv_stack,
                              std::vector<at::Tensor>& of_o_stack) {
  const at::Device device = of_middle.device();
  const at::Tensor of_low_o = call.o.low_gradient(of_middle);
  const at::Tensor of_mixed = call.o.input_gradient(of_middle, of_low_o);
  mark("back o", device);
  of_o_stack = call.o.gradients(of_middle, of_low_o, flat(kept.mixed.out), kept.low_o);
  mark("back adapters", device);
  const auto [q, k, v] = call.split(kept.qkv);
  const AttentionGradient heads = call.pass->attention.backward(
      of_mixed.view(kept.mixed.out.sizes()), q, k, v, kept.mixed, call.attention_rule());
  mark("back attention", device);
  const at::Tensor of_qkv = turn_heads_backward(
      heads.of_q, heads.of_k, heads.of_v, kept.before, call.layer, call.config, call.pass->table);
  mark("back heads", device);
  const at::Tensor of_low = call.qkv.low_gradient(of_qkv);
  const at::Tensor of_normed = call.qkv.input_gradient(of_qkv, of_low);
  mark("back qkv", device);
  const NormGradient norms =
      norm_backward(kept.x, call.layer.input_norm, call.norm_rule(), of_normed, of_middle);
  mark("back norms", device);
  of_qkv_stack = call.qkv.gradients(of_qkv, of_low, norms.normed, kept.low_qkv);
  mark("back adapters", device);
  return norms.of_x;
}

struct LayerFunction : torch::autograd::Function<LayerFunction> {
  // `parameters` are the call's: they stand here so that autograd sees them.
  static Variable forward(AutogradContext* context,
                          const Variable& x,
                          at::TensorList /*parameters*/,
                          const c10::intrusive_ptr<Call>& call) {
    Kept kept = first_part(*call, x);
    const at::Tensor out = training::forward(*call, kept);
    if (call->pass->checkpointing == Checkpointing::kOn)
      context->save_for_backward({x});
    else
      context->save_for_backward(kept.list());
    context->saved_data["call"] = at::IValue::make_capsule(call);
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto holder = context->saved_data["call"].toCapsule();
    const Call& call = static_cast<const Call&>(*holder);
    const variable_list saved = context->get_saved_variables();
    Kept kept = saved.size() == 1 ? first_part(call, saved[0]) : Kept::of(saved);
    const at::Tensor of_out = gradients[0].contiguous();
    std::vector<at::Tensor> qkv, o, wide, down;
    const at::Tensor of_middle = mlp_backward(call, kept, of_out, wide, down);
    variable_list result{attention_backward(call, kept, of_middle, qkv, o)};
    for (const auto* list : {&qkv, &o, &wide, &down})
      result.insert(result.end(), list->begin(), list->end());
    result.emplace_back();  // of the call
    return result;
  }
};

}  // namespace

Pass::Pass(const Transformer& of,
           const at::Tensor& tokens,
           const Packing& packing,
           Checkpointing how)
    : model(of),
      table(ops::rope_table(of.config, packing.positions().to(tokens.device()), of.compute)),
      attention(packing, tokens.device()),
      checkpointing(how) {}

at::Tensor layer_pass(const c10::intrusive_ptr<Pass>& pass, int index, const at::Tensor& x) {
  const auto call = c10::make_intrusive<Call>(pass, index);
  return LayerFunction::apply(x, at::TensorList(call->parameters()), call);
}

}  // namespace vegttt::policy::training

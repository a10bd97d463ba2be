#include "training/mixture.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "gpu/experts.h"
#include "ops/ops.h"
#include "training/kernels.h"
#include "training/parts.h"

namespace vegttt::policy::training {
namespace {

at::ScalarType exact_type(const at::Tensor& x) { return at::toOpMathType(x.scalar_type()); }
unsigned rows_of(const at::Tensor& x) { return static_cast<unsigned>(x.size(0)); }
unsigned blocks_of(std::int64_t count, std::int64_t each) {
  return static_cast<unsigned>((count + each - 1) / each);
}

at::Tensor widen_on_gpu(const ExpertLinear& matrix) {
  const at::Tensor blocks = matrix.blocks.contiguous(), scales = matrix.scales.contiguous();
  at::Tensor wide = at::empty({matrix.experts(), matrix.out(), matrix.in()},
                              blocks.options().dtype(at::kBFloat16));
  kernels(blocks.device())
      .launch("widen_blocks",
              dim3(blocks_of(4 * scales.numel(), 256)),
              256,
              0,
              stream(),
              read(blocks),
              read(scales),
              write(wide),
              static_cast<long long>(4 * scales.numel()));
  return wide;
}

}  // namespace

Routing route(const at::Tensor& x, const Layer& layer, const ModelConfig& config) {
  const std::int64_t k = config.experts_per_token, tokens = x.size(0);
  const at::Tensor weight = layer.router.weight.to(x.scalar_type()).t();
  const at::Tensor logits = layer.router.bias.defined()
                                ? at::addmm(layer.router.bias.to(x.scalar_type()), x, weight)
                                : at::mm(x, weight);
  // Of equal logits the first, as the sampler chooses.
  const auto [values, order] = at::sort(logits, /*stable=*/true, 1, /*descending=*/true);
  Routing routing;
  routing.experts = order.narrow(1, 0, k).contiguous();
  const at::Tensor weights = at::softmax(values.narrow(1, 0, k).to(exact_type(x)), 1);
  routing.weights = weights.to(x.scalar_type()).to(exact_type(x));
  const auto [sorted, choices] =
      at::sort(routing.experts.view({-1}), /*stable=*/true, 0, /*descending=*/false);
  routing.expert_of_place = sorted;
  routing.tokens = at::floor_divide(choices, k);
  routing.places = at::empty_like(choices)
                       .scatter_(0, choices, at::arange(tokens * k, choices.options()))
                       .view({tokens, k});
  routing.ends = at::searchsorted(sorted,
                                  at::arange(config.experts, sorted.options()),
                                  /*out_int32=*/true,
                                  /*right=*/true);
  return routing;
}

at::Tensor wide_matrix(const ExpertLinear& matrix, at::ScalarType type) {
  if (matrix.weight.defined()) return matrix.weight.to(type);
  if (matrix.packed.defined()) {
    const gpu::PackedExperts packed{
        matrix.packed, {}, static_cast<int>(matrix.out()), static_cast<int>(matrix.in())};
    return gpu::widen_experts(packed, 0, static_cast<int>(matrix.experts())).to(type);
  }
  if (matrix.blocks.is_cuda()) return widen_on_gpu(matrix).to(type);
  return ops::mxfp4_matrix(matrix.blocks.flatten(0, 1), matrix.scales.flatten(0, 1), type)
      .view({matrix.experts(), matrix.out(), matrix.in()});
}

at::Tensor grouped_product(const at::Tensor& x, const at::Tensor& matrix, const at::Tensor& ends) {
  if (x.is_cuda() && x.scalar_type() == at::kBFloat16) return at::_grouped_mm(x, matrix, ends);
  const at::Tensor there = ends.to(at::kCPU);
  const int* end = there.const_data_ptr<int>();
  at::Tensor y = at::empty({x.size(0), matrix.size(2)}, x.options());
  for (std::int64_t e = 0, begin = 0; e < matrix.size(0); begin = end[e++]) {
    at::Tensor place = y.narrow(0, begin, end[e] - begin);
    if (end[e] > begin) at::mm_out(place, x.narrow(0, begin, end[e] - begin), matrix.select(0, e));
  }
  return y;
}

namespace {

bool takes(const at::Tensor& x, const ModelConfig& c) {
  return takes_kernels(x) && c.ffn % 4 == 0 && c.hidden % 8 == 0;
}

at::Tensor biases(const ExpertLinear& matrix, const Routing& routing, at::ScalarType type) {
  return matrix.bias.to(type).index_select(0, routing.expert_of_place);
}

// Clamped gates and ups, and where they were not clamped.
struct Halves {
  at::Tensor gate, up, gate_moves, up_moves;
};
Halves halves_of(const at::Tensor& both, const ModelConfig& c) {
  const at::Tensor pairs = both.unflatten(1, {-1, 2});
  const at::Tensor gate = pairs.select(2, 0), up = pairs.select(2, 1);
  return {gate.clamp_max(c.swiglu_limit),
          up.clamp(-c.swiglu_limit, c.swiglu_limit),
          gate <= c.swiglu_limit,
          up.abs() <= c.swiglu_limit};
}

at::Tensor gated_places(const at::Tensor& both,
                        const Routing& routing,
                        const ExpertLinear& matrix,
                        const ModelConfig& c) {
  if (!takes(both, c)) {
    const Halves h = halves_of(both + biases(matrix, routing, both.scalar_type()), c);
    return h.gate * at::sigmoid(h.gate * c.swiglu_alpha) * (h.up + 1);
  }
  const at::Tensor bias = matrix.bias.to(at::kBFloat16).contiguous();
  at::Tensor h = at::empty({both.size(0), c.ffn}, both.options());
  kernels(both.device())
      .launch("expert_gated",
              dim3(rows_of(both), blocks_of(c.ffn, 1024)),
              256,
              0,
              stream(),
              read(both),
              read(bias),
              read(routing.expert_of_place),
              write(h),
              static_cast<float>(c.swiglu_limit),
              static_cast<float>(c.swiglu_alpha),
              c.ffn);
  return h;
}

// In place: `both` becomes its gradient. Returns h times the gradient of h, by place.
at::Tensor gated_places_backward(at::Tensor& both,
                                 const at::Tensor& of_h,
                                 const at::Tensor& weights,
                                 const Routing& routing,
                                 const ExpertLinear& matrix,
                                 const ModelConfig& c) {
  if (!takes(both, c)) {
    const Halves h = halves_of(both + biases(matrix, routing, both.scalar_type()), c);
    const at::Tensor share = at::sigmoid(h.gate * c.swiglu_alpha), activated = h.gate * share;
    const at::Tensor dots = (activated * (h.up + 1) * of_h).to(weights.scalar_type()).sum(1);
    const at::Tensor of = of_h * weights.unsqueeze(1).to(of_h.scalar_type());
    const at::Tensor slope = share + activated * (1 - share) * c.swiglu_alpha;
    both = at::stack({of * (h.up + 1) * slope * h.gate_moves, of * activated * h.up_moves}, 2)
               .flatten(1);
    return dots;
  }
  const at::Tensor bias = matrix.bias.to(at::kBFloat16).contiguous();
  at::Tensor dots = at::empty({both.size(0)}, both.options().dtype(at::kFloat));
  kernels(both.device())
      .launch("expert_gated_backward",
              dim3(rows_of(both)),
              256,
              0,
              stream(),
              write(both),
              read(bias),
              read(routing.expert_of_place),
              read(of_h),
              read(weights),
              write(dots),
              static_cast<float>(c.swiglu_limit),
              static_cast<float>(c.swiglu_alpha),
              c.ffn);
  return dots;
}

// Of each token's places, with bias and weights when `matrix` is given.
at::Tensor sum_of_places(const at::Tensor& y,
                         const at::Tensor& residual,
                         const Routing& routing,
                         const ExpertLinear* matrix,
                         const ModelConfig& c) {
  const std::int64_t tokens = routing.places.size(0), hidden = y.size(1);
  const bool kernel = takes(y, c) && (!residual.defined() || takes_kernels(residual));
  if (!kernel) {
    at::Tensor each = y;
    if (matrix != nullptr) each = y + biases(*matrix, routing, y.scalar_type());
    each = each.index_select(0, routing.places.view({-1}))
               .view({tokens, -1, hidden})
               .to(routing.weights.scalar_type());
    if (matrix != nullptr) each = each * routing.weights.unsqueeze(2);
    const at::Tensor sum = each.sum(1).to(y.scalar_type());
    return residual.defined() ? residual + sum : sum;
  }
  const at::Tensor bias =
      matrix != nullptr ? matrix->bias.to(at::kBFloat16).contiguous() : at::Tensor();
  at::Tensor out = at::empty({tokens, hidden}, y.options());
  kernels(y.device())
      .launch("expert_sum",
              dim3(static_cast<unsigned>(tokens), blocks_of(hidden, 2048)),
              256,
              0,
              stream(),
              read(y),
              read(routing.places),
              read(bias),
              read(routing.experts),
              matrix != nullptr ? read(routing.weights) : nullptr,
              read(residual),
              write(out),
              static_cast<int>(hidden),
              static_cast<int>(routing.places.size(1)));
  return out;
}

}  // namespace

at::Tensor mixture(const at::Tensor& x,
                   const at::Tensor& residual,
                   const Routing& routing,
                   const Layer& layer,
                   const ModelConfig& c) {
  const at::ScalarType type = x.scalar_type();
  at::Tensor wide = wide_matrix(layer.gate_up, type);
  mark("widen", x.device());
  const at::Tensor both =
      grouped_product(x.index_select(0, routing.tokens), wide.transpose(1, 2), routing.ends);
  mark("experts", x.device());
  const at::Tensor h = gated_places(both, routing, layer.gate_up, c);
  mark("gated", x.device());
  wide.reset();
  wide = wide_matrix(layer.down_experts, type);
  mark("widen", x.device());
  const at::Tensor y = grouped_product(h, wide.transpose(1, 2), routing.ends);
  mark("experts", x.device());
  const at::Tensor out = sum_of_places(y, residual, routing, &layer.down_experts, c);
  mark("gated", x.device());
  return out;
}

namespace {

// Through the router: x chose the experts by logits, whose softmax over the chosen are the weights.
at::Tensor router_gradient(const at::Tensor& of_weights,
                           const Routing& routing,
                           const Layer& layer,
                           const at::Tensor& x) {
  const at::Tensor weighted = routing.weights * of_weights;
  const at::Tensor of_values = weighted - routing.weights * weighted.sum(1, true);
  const at::Tensor of_logits =
      at::zeros({x.size(0), layer.router.weight.size(0)}, of_values.options())
          .scatter_(1, routing.experts, of_values);
  return at::mm(of_logits.to(x.scalar_type()), layer.router.weight.to(x.scalar_type()));
}

}  // namespace

at::Tensor mixture_backward(const at::Tensor& x,
                            const at::Tensor& of_out,
                            const Routing& routing,
                            const Layer& layer,
                            const ModelConfig& c) {
  const at::ScalarType type = x.scalar_type();
  const at::Device device = x.device();
  at::Tensor wide = wide_matrix(layer.down_experts, type);
  mark("back widen", device);
  const at::Tensor of_h =
      grouped_product(of_out.index_select(0, routing.tokens), wide, routing.ends);
  mark("back experts", device);
  wide.reset();
  wide = wide_matrix(layer.gate_up, type);
  mark("back widen", device);
  at::Tensor both =
      grouped_product(x.index_select(0, routing.tokens), wide.transpose(1, 2), routing.ends);
  mark("back experts", device);
  const at::Tensor choices = routing.places.view({-1});
  const at::Tensor weights = at::empty({choices.size(0)}, routing.weights.options())
                                 .scatter_(0, choices, routing.weights.view({-1}));
  const at::Tensor dots = gated_places_backward(both, of_h, weights, routing, layer.gate_up, c);
  mark("back gated", device);
  const at::Tensor of_x = grouped_product(both, wide, routing.ends);
  mark("back experts", device);
  const at::Tensor through_bias =
      at::mm(of_out, layer.down_experts.bias.to(type).t()).gather(1, routing.experts);
  const at::Tensor of_weights =
      dots.index_select(0, choices).view_as(routing.weights) + through_bias.to(dots.scalar_type());
  const at::Tensor result =
      sum_of_places(of_x, router_gradient(of_weights, routing, layer, x), routing, nullptr, c);
  mark("back gated", device);
  return result;
}

}  // namespace vegttt::policy::training

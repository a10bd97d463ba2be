#include "training/products.h"

#include <ATen/ATen.h>

namespace vegttt::policy::training {
namespace {

// Sums over many tokens, kept in float32.
at::Tensor product_in_float(const at::Tensor& a, const at::Tensor& b) {
  if (a.is_cuda() && a.scalar_type() != at::kFloat) return at::mm(a, b, at::kFloat);
  return at::mm(a, b).to(at::kFloat);
}

at::Tensor bias_of(const std::vector<const Linear*>& layers, at::ScalarType compute) {
  bool any = false;
  for (const Linear* layer : layers) any = any || layer->bias.defined();
  if (!any) return {};
  std::vector<at::Tensor> parts;
  for (const Linear* layer : layers)
    parts.push_back(layer->bias.defined() ? layer->bias.to(compute)
                                          : at::zeros({layer->weight.size(0)},
                                                      layer->weight.options().dtype(compute)));
  return parts.size() == 1 ? parts[0] : at::cat(parts);
}

}  // namespace

at::Tensor stacked(const std::vector<const Linear*>& layers) {
  const at::Tensor& first = layers[0]->weight;
  const std::int64_t in = first.size(1);
  std::int64_t rows = 0;
  for (const Linear* layer : layers) {
    const at::Tensor& weight = layer->weight;
    const bool follows = weight.is_contiguous() && weight.is_alias_of(first) &&
                         weight.scalar_type() == first.scalar_type() && weight.size(1) == in &&
                         weight.storage_offset() == first.storage_offset() + rows * in;
    if (!follows) return {};
    rows += weight.size(0);
  }
  return first.as_strided({rows, in}, {in, 1});
}

Stack::Stack(const std::vector<const Linear*>& layers, at::ScalarType compute)
    : weight_(stacked(layers)), bias_(bias_of(layers, compute)) {
  if (weight_.defined()) weight_ = weight_.to(compute);
  std::vector<at::Tensor> lows;
  for (const Linear* layer : layers) {
    Part part;
    part.begin = outs_, part.out = layer->weight.size(0);
    outs_ += part.out;
    if (!weight_.defined()) part.weight = layer->weight.to(compute);
    if (layer->lora_a.defined()) {
      part.low_begin = ranks_, part.rank = layer->lora_a.size(0), part.scale = layer->lora_scale;
      ranks_ += part.rank;
      part.b = layer->lora_b.detach().to(compute);
      lows.push_back(layer->lora_a.detach());
      parameters_.insert(parameters_.end(), {layer->lora_a, layer->lora_b});
    }
    parts_.push_back(part);
  }
  if (ranks_ > 0) a_ = (lows.size() == 1 ? lows[0] : at::cat(lows)).to(compute);
}

Stack::Output Stack::forward(const at::Tensor& x, const at::Tensor& sum) const {
  Output output;
  if (weight_.defined()) {
    const at::Tensor transposed = weight_.t();
    if (sum.defined())
      output.y = at::addmm(sum, x, transposed);
    else
      output.y = bias_.defined() ? at::addmm(bias_, x, transposed) : at::mm(x, transposed);
  } else {
    output.y = at::empty({x.size(0), outs_}, x.options());
    for (const Part& part : parts_) {
      at::Tensor y = rows(output.y, part);
      at::mm_out(y, x, part.weight.t());
    }
    if (sum.defined()) output.y.add_(sum);
  }
  if (bias_.defined() && (sum.defined() || !weight_.defined())) output.y.add_(bias_);
  if (ranks_ == 0) return output;
  output.low = low(x);
  for (const Part& part : parts_)
    if (part.rank > 0)
      rows(output.y, part).addmm_(low_rows(output.low, part), part.b.t(), 1, part.scale);
  return output;
}

at::Tensor Stack::low(const at::Tensor& x) const { return at::mm(x, a_.t()); }

at::Tensor Stack::low_gradient(const at::Tensor& of_y) const {
  if (ranks_ == 0) return {};
  at::Tensor of_low = at::empty({of_y.size(0), ranks_}, of_y.options());
  for (const Part& part : parts_) {
    if (part.rank == 0) continue;
    at::Tensor place = low_rows(of_low, part);
    at::addmm_out(place, place, rows(of_y, part), part.b, /*beta=*/0, /*alpha=*/part.scale);
  }
  return of_low;
}

at::Tensor Stack::input_gradient(const at::Tensor& of_y, const at::Tensor& of_low) const {
  at::Tensor of_x;
  if (weight_.defined()) {
    of_x = at::mm(of_y, weight_);
  } else {
    for (const Part& part : parts_) {
      if (of_x.defined())
        of_x.addmm_(rows(of_y, part), part.weight);
      else
        of_x = at::mm(rows(of_y, part), part.weight);
    }
  }
  return ranks_ > 0 ? of_x.addmm_(of_low, a_) : of_x;
}

std::vector<at::Tensor> Stack::gradients(const at::Tensor& of_y,
                                         const at::Tensor& of_low,
                                         const at::Tensor& x,
                                         const at::Tensor& low) const {
  std::vector<at::Tensor> list;
  if (ranks_ == 0) return list;
  const at::Tensor of_a = product_in_float(of_low.t(), x);
  for (const Part& part : parts_) {
    if (part.rank == 0) continue;
    list.push_back(of_a.narrow(0, part.low_begin, part.rank));
    list.push_back(product_in_float(rows(of_y, part).t(), low_rows(low, part)).mul_(part.scale));
  }
  return list;
}

}  // namespace vegttt::policy::training

#include "training/elementwise.h"

#include <ATen/ATen.h>

#include "training/kernels.h"

namespace vegttt::policy::training {
namespace {

int rows_of(const at::Tensor& x) { return static_cast<int>(x.size(0)); }
int width_of(const at::Tensor& x) { return static_cast<int>(x.size(-1)); }
unsigned eighths(std::int64_t width) { return static_cast<unsigned>((width + 2047) / 2048); }

at::Tensor in_float(const at::Tensor& x) {
  return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
}

// x / rms(x), and 1 / rms(x).
struct Normal {
  at::Tensor value, inverse;
};
Normal normal_of(const at::Tensor& x, double eps) {
  const at::Tensor wide = in_float(x);
  const at::Tensor inverse = (wide * wide).mean(-1, true).add_(eps).rsqrt_();
  return {wide * inverse, inverse};
}

at::Tensor weighted(const at::Tensor& normal,
                    const at::Tensor& weight,
                    bool first,
                    at::ScalarType type) {
  if (first) return (normal * in_float(weight)).to(type);
  return normal.to(type) * weight.to(type);
}

// The gradient of x from that of x / rms(x) times `weight`, float32.
at::Tensor through_norm(const Normal& normal, const at::Tensor& weight, const at::Tensor& of_y) {
  const at::Tensor of_normal = in_float(of_y) * in_float(weight);
  const at::Tensor share = (of_normal * normal.value).mean(-1, true);
  return at::addcmul(of_normal, normal.value, share, -1).mul_(normal.inverse);
}

at::Tensor swapped(const at::Tensor& x) { return x.roll(x.size(-1) / 2, -1); }

}  // namespace

at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const NormRule& rule) {
  if (!takes_kernels(x) || !takes_kernels(weight))
    return weighted(normal_of(x, rule.eps).value, weight, rule.in_float, x.scalar_type());
  at::Tensor y = at::empty_like(x);
  kernels(x.device())
      .launch("rms_norm",
              dim3(static_cast<unsigned>(x.size(0))),
              256,
              0,
              stream(),
              read(x),
              read(weight),
              static_cast<float>(rule.eps),
              rule.in_float ? 1 : 0,
              write(y),
              width_of(x));
  return y;
}

NormGradient norm_backward(const at::Tensor& x,
                           const at::Tensor& weight,
                           const NormRule& rule,
                           const at::Tensor& of_y,
                           const at::Tensor& residual) {
  if (!takes_kernels(x) || !takes_kernels(weight) || !takes_kernels(of_y)) {
    const Normal normal = normal_of(x, rule.eps);
    at::Tensor of_x = through_norm(normal, weight, of_y);
    if (residual.defined()) of_x.add_(residual);
    return {weighted(normal.value, weight, rule.in_float, x.scalar_type()),
            of_x.to(x.scalar_type())};
  }
  const at::Tensor added = residual.defined() ? residual.contiguous() : residual;
  NormGradient result{at::empty_like(x), at::empty_like(x)};
  kernels(x.device())
      .launch("rms_norm_backward",
              dim3(static_cast<unsigned>(x.size(0))),
              256,
              0,
              stream(),
              read(x),
              read(weight),
              read(of_y),
              read(added),
              static_cast<float>(rule.eps),
              rule.in_float ? 1 : 0,
              write(result.normed),
              write(result.of_x),
              width_of(x));
  return result;
}

namespace {

bool heads_take_kernels(const at::Tensor& y, const ModelConfig& config) {
  return takes_kernels(y) && config.head_dim % 64 == 0;
}

// Queries and keys of y, each [N, .., D].
std::pair<at::Tensor, at::Tensor> queries_and_keys(const at::Tensor& y, const ModelConfig& c) {
  const at::Tensor heads = y.view({y.size(0), -1, c.head_dim});
  return {heads.narrow(1, 0, c.heads), heads.narrow(1, c.heads, c.kv_heads)};
}

at::Tensor turned(const at::Tensor& x, const ops::RopeTable& table) {
  return at::addcmul(x * table.cos, swapped(x), table.sin);
}

at::Tensor turned_back(const at::Tensor& of_y, const ops::RopeTable& table) {
  return at::addcmul(swapped(of_y * table.sin), of_y, table.cos);
}

}  // namespace

at::Tensor turn_heads(at::Tensor& y,
                      const Layer& layer,
                      const ModelConfig& c,
                      const ops::RopeTable& table) {
  const std::int64_t turning = c.heads + c.kv_heads;
  at::Tensor before;
  if (!heads_take_kernels(y, c)) {
    auto [q, k] = queries_and_keys(y, c);
    if (c.qk_norm) before = at::cat({q, k}, 1);
    const auto place = [&](at::Tensor x, const at::Tensor& weight) {
      const at::Tensor ready =
          c.qk_norm ? weighted(normal_of(x, c.rms_eps).value, weight, false, x.scalar_type()) : x;
      x.copy_(turned(ready, table));
    };
    place(q, layer.q_norm);
    place(k, layer.k_norm);
    return before;
  }
  if (c.qk_norm) before = at::empty({y.size(0), turning, c.head_dim}, y.options());
  kernels(y.device(), c.head_dim)
      .launch("heads",
              dim3(static_cast<unsigned>(y.size(0)), static_cast<unsigned>(turning + 7) / 8),
              256,
              0,
              stream(),
              write(y),
              read(layer.q_norm),
              read(layer.k_norm),
              static_cast<float>(c.rms_eps),
              read(table.cos),
              read(table.sin),
              write(before),
              c.heads,
              c.kv_heads);
  return before;
}

at::Tensor turn_heads_backward(const at::Tensor& of_q,
                               const at::Tensor& of_k,
                               const at::Tensor& of_v,
                               const at::Tensor& before,
                               const Layer& layer,
                               const ModelConfig& c,
                               const ops::RopeTable& table) {
  const std::int64_t all = c.heads + 2 * c.kv_heads;
  if (!heads_take_kernels(of_q, c)) {
    at::Tensor q = turned_back(of_q, table), k = turned_back(of_k, table);
    if (c.qk_norm) {
      const auto back = [&](const at::Tensor& x, const at::Tensor& weight, const at::Tensor& of) {
        return through_norm(normal_of(x, c.rms_eps), weight, of).to(of.scalar_type());
      };
      q = back(before.narrow(1, 0, c.heads), layer.q_norm, q);
      k = back(before.narrow(1, c.heads, c.kv_heads), layer.k_norm, k);
    }
    return at::cat({q, k, of_v}, 1).view({of_q.size(0), -1});
  }
  const at::Tensor q = of_q.contiguous(), k = of_k.contiguous(), v = of_v.contiguous();
  at::Tensor of_y = at::empty({q.size(0), all * c.head_dim}, q.options());
  kernels(q.device(), c.head_dim)
      .launch("heads_backward",
              dim3(static_cast<unsigned>(q.size(0)), static_cast<unsigned>(all + 7) / 8),
              256,
              0,
              stream(),
              read(q),
              read(k),
              read(v),
              read(before),
              read(layer.q_norm),
              read(layer.k_norm),
              static_cast<float>(c.rms_eps),
              read(table.cos),
              read(table.sin),
              write(of_y),
              c.heads,
              c.kv_heads);
  return of_y;
}

at::Tensor gated(const at::Tensor& both) {
  const std::int64_t ffn = both.size(1) / 2;
  if (!takes_kernels(both) || ffn % 8 != 0)
    return at::silu(both.narrow(1, 0, ffn)).mul_(both.narrow(1, ffn, ffn));
  at::Tensor h = at::empty({both.size(0), ffn}, both.options());
  kernels(both.device())
      .launch("gated",
              dim3(static_cast<unsigned>(rows_of(both)), eighths(ffn)),
              256,
              0,
              stream(),
              read(both),
              write(h),
              static_cast<int>(ffn));
  return h;
}

void gated_backward(at::Tensor& both, at::Tensor& of_h) {
  const std::int64_t ffn = both.size(1) / 2;
  if (!takes_kernels(both) || !takes_kernels(of_h) || ffn % 8 != 0) {
    at::Tensor gate = both.narrow(1, 0, ffn), up = both.narrow(1, ffn, ffn);
    const at::Tensor silu = at::silu(gate), of_silu = of_h * up;
    const at::Tensor of_up = of_h * silu;
    at::mul_out(of_h, silu, up);
    gate.copy_(at::silu_backward(of_silu, gate));
    up.copy_(of_up);
    return;
  }
  kernels(both.device())
      .launch("gated_backward",
              dim3(static_cast<unsigned>(rows_of(both)), eighths(ffn)),
              256,
              0,
              stream(),
              write(both),
              write(of_h),
              static_cast<int>(ffn));
}

}  // namespace vegttt::policy::training

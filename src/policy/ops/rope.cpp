#include <algorithm>
#include <cmath>

#include "invariant/kernels.h"
#include "ops/ops.h"

namespace vegttt::policy::ops {
namespace {

// Waves that turn less than once over the original context are slowed by the factor, fast ones
// stay, those between are blended.
at::Tensor llama3_frequencies(const at::Tensor& plain, const RopeScaling& scaling) {
  const at::Tensor wavelengths = (2 * M_PI) / plain;
  const double old = scaling.original_positions;
  const at::Tensor smooth = (old / wavelengths - scaling.low_frequency) /
                            (scaling.high_frequency - scaling.low_frequency);
  const at::Tensor blended = (1 - smooth) * plain / scaling.factor + smooth * plain;
  const at::Tensor slow = wavelengths > old / scaling.low_frequency,
                   fast = wavelengths < old / scaling.high_frequency;
  return at::where(slow, plain / scaling.factor, at::where(fast, plain, blended));
}

// The dimension whose wave turns `rotations` times over the original context.
double yarn_dimension(double rotations, const ModelConfig& config) {
  return config.head_dim *
         std::log(config.rope_scaling.original_positions / (rotations * 2 * M_PI)) /
         (2 * std::log(config.rope_theta));
}

at::Tensor yarn_frequencies(const at::Tensor& plain, const ModelConfig& config) {
  const RopeScaling& scaling = config.rope_scaling;
  double low = yarn_dimension(scaling.beta_fast, config),
         high = yarn_dimension(scaling.beta_slow, config);
  if (scaling.truncate) low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0), high = std::min(high, config.head_dim - 1.0);
  if (low == high) high += 0.001;
  const at::Tensor ramp =
      ((at::arange(config.head_dim / 2, at::kFloat) - low) / (high - low)).clamp(0, 1);
  return plain / scaling.factor * ramp + plain * (1 - ramp);
}

at::Tensor frequencies_of(const ModelConfig& config) {
  const at::Tensor exponents =
      at::arange(0, config.head_dim / 2, at::kFloat) * (2.0 / config.head_dim);
  const at::Tensor plain = at::pow(at::Scalar(config.rope_theta), exponents).reciprocal();
  switch (config.rope_scaling.kind) {
    case RopeScaling::Kind::kLinear:
      return plain / config.rope_scaling.factor;
    case RopeScaling::Kind::kLlama3:
      return llama3_frequencies(plain, config.rope_scaling);
    case RopeScaling::Kind::kYarn:
      return yarn_frequencies(plain, config);
    default:
      return plain;
  }
}

// Element by element: ATen's cos gives other last bits at a tensor's tail than in its body.
RopeTable table_on_cpu(const at::Tensor& frequencies, const at::Tensor& positions, float factor) {
  const std::int64_t rows = positions.size(0), half = frequencies.size(0);
  RopeTable table{at::empty({rows, 1, 2 * half}, at::kFloat),
                  at::empty({rows, 1, 2 * half}, at::kFloat)};
  const at::Tensor flat = positions.contiguous();
  const std::int64_t* position = flat.const_data_ptr<std::int64_t>();
  const float* frequency = frequencies.const_data_ptr<float>();
  float *cos = table.cos.mutable_data_ptr<float>(), *sin = table.sin.mutable_data_ptr<float>();
  for (std::int64_t row = 0; row < rows; ++row, cos += 2 * half, sin += 2 * half) {
    for (std::int64_t i = 0; i < half; ++i) {
      const float angle = static_cast<float>(position[row]) * frequency[i];
      cos[i] = cos[i + half] = std::cos(angle) * factor;
      sin[i + half] = std::sin(angle) * factor;
      sin[i] = -sin[i + half];
    }
  }
  return table;
}

RopeTable table_on_device(const at::Tensor& frequencies,
                          const at::Tensor& positions,
                          float factor) {
  const at::Tensor angles =
      positions.to(at::kFloat).unsqueeze(1) * frequencies.to(positions.device()).unsqueeze(0);
  const at::Tensor cos = angles.cos() * factor, sin = angles.sin() * factor;
  return {at::cat({cos, cos}, 1).unsqueeze(1), at::cat({sin.neg(), sin}, 1).unsqueeze(1)};
}

}  // namespace

// The angle is a float32 product, as in transformers.
at::Tensor rope_frequencies(const ModelConfig& config) { return frequencies_of(config); }

RopeTable rope_table(const ModelConfig& config, const at::Tensor& positions, at::ScalarType dtype) {
  const at::Tensor frequencies = rope_frequencies(config);
  const auto factor = static_cast<float>(config.rope_scaling.attention_factor);
  const RopeTable table = positions.is_cpu() ? table_on_cpu(frequencies, positions, factor)
                                             : table_on_device(frequencies, positions, factor);
  return {table.cos.to(dtype), table.sin.to(dtype)};
}

at::Tensor rope(const at::Tensor& x, const RopeTable& table) {
  if (!use_invariant(x)) return at::addcmul(x * table.cos, x.roll(x.size(-1) / 2, -1), table.sin);
  const at::Tensor in = x.contiguous();
  at::Tensor out = at::empty_like(in);
  invariant::rope(in.const_data_ptr<float>(),
                  table.cos.const_data_ptr<float>(),
                  table.sin.const_data_ptr<float>(),
                  out.mutable_data_ptr<float>(),
                  in.size(0),
                  in.size(1),
                  in.size(2));
  return out;
}

}  // namespace vegttt::policy::ops

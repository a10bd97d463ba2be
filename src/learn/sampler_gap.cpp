#include "sampler_gap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "vegttt/core/error.h"

namespace vegttt::learn {
namespace {

// bfloat16: sampler and trainer round differently at every layer. Of log-probabilities at
// temperature one; a lower one magnifies the gaps.
constexpr double kMeanLimit = 0.05, kTailLimit = 1;
constexpr double kTail = 0.999;

// Written so that NaN is refused.
void require_at_most(double limit, double gap, const char* which) {
  if (gap <= limit) return;
  throw core::MachineError("the log-probabilities of trainer and sampler differ by " +
                               std::to_string(gap) + which + ", allowed are " +
                               std::to_string(limit) +
                               ": these rollouts are not samples of the present weights",
                           "learn.update");
}

}  // namespace

void SamplerGap::add(const at::Tensor& stored, const at::Tensor& computed) {
  const at::Tensor gap = (stored - computed).abs();
  sum_ += gap.to(at::kDouble).sum().item<double>();
  const double largest = gap.max().item<double>();
  if (std::isnan(largest) || largest > largest_) largest_ = largest;  // NaN exceeds and stays
  tokens_ += gap.size(0);
  gaps_.push_back(gap.to(at::kCPU));
}

double SamplerGap::mean() const { return tokens_ == 0 ? 0 : sum_ / static_cast<double>(tokens_); }

double SamplerGap::tail() const {
  if (gaps_.empty()) return 0;
  const at::Tensor sorted = std::get<0>(at::cat(gaps_).sort());  // NaN comes last
  const auto last = static_cast<double>(sorted.size(0) - 1);
  if (std::isnan(sorted[-1].item<float>())) return std::numeric_limits<double>::quiet_NaN();
  return sorted[static_cast<std::int64_t>(std::ceil(kTail * last))].item<double>();
}

void SamplerGap::check(const policy::Transformer& model,
                       double tolerance,
                       double temperature) const {
  if (model.device().is_cpu() && model.compute == at::kFloat)
    return require_at_most(tolerance, largest_, " at most");
  const double magnified = 1 / std::min(1.0, std::max(temperature, 1e-3));
  require_at_most(std::max(tolerance, kMeanLimit * magnified), mean(), " on average");
  require_at_most(std::max(tolerance, kTailLimit * magnified), tail(), " at the 99.9th percentile");
}

}  // namespace vegttt::learn

#include "vegttt/policy/distribution.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "invariant/kernels.h"
#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

// Ids by falling weight, lower ids first among equals; only the first `count` are in order.
std::vector<int> ids_by_weight(std::span<const float> weights, std::size_t count) {
  std::vector<int> ids(weights.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto heavier = [&](int a, int b) {
    const float x = weights[static_cast<std::size_t>(a)], y = weights[static_cast<std::size_t>(b)];
    return x != y ? x > y : a < b;
  };
  std::partial_sort(
      ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(count), ids.end(), heavier);
  return ids;
}

void keep_first(std::span<float> weights, const std::vector<int>& ids, std::size_t kept) {
  for (std::size_t i = kept; i < ids.size(); ++i) weights[static_cast<std::size_t>(ids[i])] = 0;
}

void top_k(std::span<float> weights, std::size_t k) {
  if (k < weights.size()) keep_first(weights, ids_by_weight(weights, k), k);
}

double total_of(std::span<const float> weights) {
  return std::accumulate(weights.begin(), weights.end(), 0.0);
}

// The fewest tokens whose mass reaches `mass`.
void top_p(std::span<float> weights, double mass) {
  const auto ids = ids_by_weight(weights, weights.size());
  const double wanted = mass * total_of(weights);
  double sum = 0;
  std::size_t kept = 0;
  while (kept < ids.size() && (kept == 0 || sum < wanted))
    sum += weights[static_cast<std::size_t>(ids[kept++])];
  keep_first(weights, ids, kept);
}

void min_p(std::span<float> weights, double share) {
  const float least = static_cast<float>(share) * *std::max_element(weights.begin(), weights.end());
  for (float& weight : weights) weight = weight < least ? 0 : weight;
}

int most_likely(std::span<const float> logits) {
  return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// The token where the running sum passes `target`; rounding at the very end falls back to the last
// kept token.
int pick(std::span<const float> weights, double target) {
  double sum = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    sum += weights[i];
    last = i;
    if (sum > target) break;
  }
  return static_cast<int>(last);
}

}  // namespace

bool has_filter(const config::SamplingOptions& options) {
  return options.top_k > 0 || options.top_p < 1 || options.min_p > 0;
}

void apply_filters(std::span<float> weights, const config::SamplingOptions& options) {
  if (options.top_k > 0) top_k(weights, static_cast<std::size_t>(options.top_k));
  if (options.top_p < 1) top_p(weights, options.top_p);
  if (options.min_p > 0) min_p(weights, options.min_p);
}

Choice choose(std::span<const float> logits,
              const config::SamplingOptions& options,
              double uniform) {
  const bool greedy = options.temperature == 0;
  thread_local std::vector<float> buffer;
  buffer.resize(logits.size());
  const std::span<float> weights(buffer);
  const float scale = greedy ? 1.0f : static_cast<float>(1 / options.temperature);
  const float largest = invariant::exponentials(
      logits.data(), scale, weights.data(), static_cast<std::int64_t>(logits.size()));
  if (!std::isfinite(largest))
    throw core::MachineError("the model's logits are not finite", "sample");
  if (greedy) return {most_likely(logits), 0};
  if (has_filter(options)) apply_filters(weights, options);
  const double total = total_of(weights);
  const int token = pick(weights, uniform * total);
  const double distance = static_cast<double>(logits[static_cast<std::size_t>(token)]) - largest;
  return {token, static_cast<float>(distance * scale - std::log(total))};
}

void check_sampling(const config::SamplingOptions& options) {
  auto check = [](bool ok, const char* key, const char* rule) {
    if (!ok) throw core::UserError(std::string("must be ") + rule, std::string("sampling.") + key);
  };
  check(options.temperature >= 0 && std::isfinite(options.temperature),
        "temperature",
        "0 (greedy) or more");
  check(options.top_p > 0 && options.top_p <= 1, "top_p", "above 0 and at most 1");
  check(options.min_p >= 0 && options.min_p < 1, "min_p", "at least 0 and below 1");
  check(options.top_k >= 0, "top_k", "0 (off) or more");
  check(options.max_new_tokens > 0, "max_new_tokens", "positive");
  check(options.slots > 0, "slots", "positive");
}

}  // namespace vegttt::policy

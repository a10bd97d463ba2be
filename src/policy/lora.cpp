#include "vegttt/policy/lora.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "vegttt/core/error.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/text.h"

namespace vegttt::policy {
namespace {

at::Tensor uniform_matrix(std::int64_t rows, std::int64_t columns, const core::CounterRng& rng) {
  at::Tensor tensor = at::empty({rows, columns}, at::kFloat);
  const double bound = 1 / std::sqrt(static_cast<double>(columns));
  float* data = tensor.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    data[i] = static_cast<float>(bound * (2 * rng.uniform(static_cast<std::uint64_t>(i)) - 1));
  }
  return tensor;
}

// Every linear layer (the experts of a mixture are none).
std::vector<std::string> usual_targets(Weights& weights) {
  std::vector<std::string> targets;
  for (const auto& linear : named_linears(weights)) {
    if (std::find(targets.begin(), targets.end(), linear.kind) == targets.end())
      targets.push_back(linear.kind);
  }
  return targets;
}

void check_targets(const std::vector<std::string>& targets, Weights& weights) {
  std::set<std::string> known;
  for (const auto& linear : named_linears(weights)) known.insert(linear.kind);
  for (const auto& target : targets) {
    if (known.count(target)) continue;
    throw core::UserError("'" + target + "' is not a linear layer of this model" +
                              core::did_you_mean(target, {known.begin(), known.end()}),
                          "policy.lora.targets");
  }
}

}  // namespace

double Adapter::scale() const {
  return alpha / (rank_stabilized ? std::sqrt(static_cast<double>(rank)) : rank);
}

std::vector<at::Tensor> Adapter::parameters() const {
  std::vector<at::Tensor> list;
  for (const auto& [path, pair] : pairs) {
    list.push_back(pair.a);
    list.push_back(pair.b);
  }
  return list;
}

Adapter Adapter::clone() const {
  Adapter copy = *this;
  for (auto& [path, pair] : copy.pairs) pair = {pair.a.detach().clone(), pair.b.detach().clone()};
  return copy;
}

Adapter new_adapter(Weights& weights, const config::LoraOptions& options, std::uint64_t seed) {
  if (options.rank <= 0) throw core::UserError("the rank must be positive", "policy.lora.rank");
  const auto targets = options.targets.empty() ? usual_targets(weights) : options.targets;
  check_targets(targets, weights);
  Adapter adapter{options.rank, options.alpha, false, targets, {}};
  for (const auto& linear : named_linears(weights)) {
    if (std::find(targets.begin(), targets.end(), linear.kind) == targets.end()) continue;
    const auto rng = core::CounterRng::of({"lora_A", std::to_string(seed), linear.path});
    const at::Tensor& weight = linear.linear->weight;
    adapter.pairs[linear.path] = {
        uniform_matrix(options.rank, weight.size(1), rng).to(weight.device()),
        at::zeros({weight.size(0), options.rank}, weight.options().dtype(at::kFloat))};
  }
  return adapter;
}

void attach(Weights& weights, const Adapter& adapter) {
  detach(weights);
  for (const auto& linear : named_linears(weights)) {
    const auto pair = adapter.pairs.find(linear.path);
    if (pair == adapter.pairs.end()) continue;
    linear.linear->lora_a = pair->second.a;
    linear.linear->lora_b = pair->second.b;
    linear.linear->lora_scale = adapter.scale();
  }
}

void detach(Weights& weights) {
  for (const auto& linear : named_linears(weights)) {
    linear.linear->lora_a = linear.linear->lora_b = at::Tensor();
    linear.linear->lora_scale = 0;
  }
}

}  // namespace vegttt::policy

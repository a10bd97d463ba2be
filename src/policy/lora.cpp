#include "vegttt/policy/lora.h"

#include <ATen/core/grad_mode.h>

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
  for (const auto& experts : named_experts(weights)) known.insert(experts.kind);
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

namespace {

LoraPair new_pair(const std::string& path,
                  std::int64_t rank,
                  std::int64_t out,
                  std::int64_t in,
                  at::Device device,
                  std::uint64_t seed) {
  const auto rng = core::CounterRng::of({"lora_A", std::to_string(seed), path});
  return {uniform_matrix(rank, in, rng).to(device),
          at::zeros({out, rank}, at::TensorOptions().dtype(at::kFloat).device(device))};
}

}  // namespace

Adapter new_adapter(Weights& weights, const config::LoraOptions& options, std::uint64_t seed) {
  if (options.rank <= 0) throw core::UserError("the rank must be positive", "policy.lora.rank");
  const auto targets = options.targets.empty() ? usual_targets(weights) : options.targets;
  check_targets(targets, weights);
  Adapter adapter{options.rank, options.alpha, false, targets, {}};
  const auto wanted = [&](const std::string& kind) {
    return std::find(targets.begin(), targets.end(), kind) != targets.end();
  };
  for (const auto& linear : named_linears(weights)) {
    const at::Tensor& weight = linear.linear->weight;
    if (wanted(linear.kind))
      adapter.pairs[linear.path] = new_pair(
          linear.path, options.rank, weight.size(0), weight.size(1), weight.device(), seed);
  }
  for (const auto& named : named_experts(weights)) {
    const ExpertLinear& experts = *named.experts;
    const std::string path = named.module + "." + named.kind;
    if (wanted(named.kind))
      adapter.pairs[path] = new_pair(path,
                                     options.rank * experts.experts(),
                                     experts.out(),
                                     experts.in(),
                                     experts.device(),
                                     seed);
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
  for (const auto& named : named_experts(weights)) {
    const auto pair = adapter.pairs.find(named.module + "." + named.kind);
    if (pair == adapter.pairs.end()) continue;
    named.experts->lora_a = pair->second.a;
    named.experts->lora_b = pair->second.b;
    named.experts->lora_scale = adapter.scale();
  }
}

void detach(Weights& weights) {
  for (const auto& linear : named_linears(weights)) {
    linear.linear->lora_a = linear.linear->lora_b = at::Tensor();
    linear.linear->lora_scale = 0;
  }
  for (const auto& named : named_experts(weights)) {
    named.experts->lora_a = named.experts->lora_b = at::Tensor();
    named.experts->lora_scale = 0;
  }
}

bool adapts_experts(const Weights& weights) {
  return std::any_of(weights.layers.begin(), weights.layers.end(), [](const Layer& layer) {
    return layer.gate_up.lora_a.defined() || layer.down_experts.lora_a.defined();
  });
}

namespace {

at::Tensor sum_of(const at::Tensor& weight, const at::Tensor& update, double scale) {
  return (weight.to(at::kFloat) + scale * update).to(weight.scalar_type());
}

// B A of every expert, [E, out, in].
at::Tensor expert_updates(const ExpertLinear& experts, const LoraPair& pair) {
  const std::int64_t count = experts.experts();
  const at::Tensor a = pair.a.view({count, -1, experts.in()}),
                   b = pair.b.view({experts.out(), -1, count}).permute({2, 0, 1});
  return at::matmul(b, a);
}

}  // namespace

void merge(Weights& weights, const Adapter& adapter) {
  const at::NoGradGuard no_gradients;
  for (const auto& linear : named_linears(weights)) {
    const auto pair = adapter.pairs.find(linear.path);
    if (pair == adapter.pairs.end()) continue;
    linear.linear->weight =
        sum_of(linear.linear->weight, at::matmul(pair->second.b, pair->second.a), adapter.scale());
  }
  for (const auto& named : named_experts(weights)) {
    const auto pair = adapter.pairs.find(named.module + "." + named.kind);
    if (pair == adapter.pairs.end()) continue;
    ExpertLinear& experts = *named.experts;
    if (!experts.weight.defined())
      throw core::UserError("an adapter of experts cannot be merged into MXFP4 blocks",
                            named.module,
                            "the model's folder with bfloat16 experts");
    experts.weight = sum_of(experts.weight, expert_updates(experts, pair->second), adapter.scale());
  }
}

}  // namespace vegttt::policy

#include "bench_policy.h"

#include <algorithm>
#include <functional>

#include "machine_facts.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/stop.h"
#include "vegttt/core/text.h"
#include "vegttt/policy/device.h"
#include "vegttt/policy/shapes.h"

namespace vegttt::cli {

void BenchFlags::add(CLI::App& app) {
  options.folder.clear();
  auto* folder = app.add_option(
      "--policy", options.folder, "model folder, hub id in the local cache, or starter");
  app.add_option("--shape", shape, "random weights: " + core::join(policy::shape_names(), ", "))
      ->excludes(folder);
  app.add_option("--device", options.device, "auto, cpu or cuda:N")->capture_default_str();
  app.add_option("--dtype", options.dtype, "auto, float32 or bfloat16")->capture_default_str();
  app.add_option("--rank", options.lora.rank, "of the adapter")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void BenchFlags::check() const {
  if (options.folder.empty() == shape.empty())
    throw core::UsageError("name a model", "", "--policy FOLDER or --shape NAME");
}

at::Device BenchFlags::device() const { return policy::device_of(options); }
at::ScalarType BenchFlags::dtype() const { return policy::dtype_of(options, device()); }

std::shared_ptr<policy::LocalPolicy> BenchFlags::load() const {
  auto model = std::make_shared<policy::Transformer>(
      shape.empty()
          ? policy::load_transformer(policy::find_model_folder(options.folder), device(), dtype())
          : policy::random_transformer_on(
                policy::named_shape(shape), device(), dtype(), /*seed=*/1));
  auto adapter = std::make_shared<policy::Adapter>(
      policy::random_adapter(model->weights, options.lora.rank, options.lora.alpha));
  return std::make_shared<policy::LocalPolicy>(
      shape.empty() ? options.folder : shape, model, nullptr, policy::ChatFormat{}, adapter);
}

core::Json BenchFlags::facts(const policy::LocalPolicy& policy) const {
  return {{"model", policy.name()},
          {"random_weights", !shape.empty()},
          {"device", device().is_cuda() ? gpu_facts() : "cpu, torch " + torch_facts()},
          {"dtype", at::toString(policy.model()->compute)},
          {"adapter_rank", policy.adapter()->rank}};
}

std::vector<int> random_tokens(int vocab, int length, std::uint64_t i) {
  const core::CounterRng rng = core::CounterRng::of({"bench", std::to_string(i)});
  std::vector<int> tokens;
  for (int t = 0; t < length; ++t)
    tokens.push_back(static_cast<int>(rng.below(static_cast<std::uint64_t>(t), vocab)));
  // Prompts of one token differ too.
  if (length > 0) tokens[0] = static_cast<int>(i % static_cast<std::uint64_t>(vocab));
  return tokens;
}

namespace {

// Of one call, the quickest of a few rounds.
double best_s(at::Device device, int calls, const std::function<void()>& work) {
  constexpr int kRounds = 4;
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    core::throw_if_stopped();
    policy::synchronize(device);
    const core::Stopwatch watch;
    for (int i = 0; i < calls; ++i) work();
    policy::synchronize(device);
    const double each_s = watch.elapsed_s() / calls;
    if (round == 1 || each_s < best) best = each_s;  // the first one touches the memory
  }
  return best;
}

}  // namespace

double copy_bytes_per_s(at::Device device) {
  const std::int64_t bytes = device.is_cuda() ? std::int64_t{4} << 30 : std::int64_t{1} << 28;
  const auto options = at::TensorOptions().device(device).dtype(at::kFloat);
  const at::Tensor from = at::ones({bytes / 4}, options);
  at::Tensor to = at::empty_like(from);
  return 2.0 * static_cast<double>(bytes) /
         best_s(device, device.is_cuda() ? 10 : 1, [&] { to.copy_(from); });
}

double product_flops_per_s(at::Device device, at::ScalarType dtype) {
  const std::int64_t n = device.is_cuda() ? 8192 : 1536;
  const auto options = at::TensorOptions().device(device).dtype(dtype);
  const at::Tensor a = at::randn({n, n}, options), b = at::randn({n, n}, options);
  at::Tensor c = at::empty({n, n}, options);
  const double product_s =
      best_s(device, device.is_cuda() ? 20 : 1, [&] { at::mm_out(c, a, b.t()); });
  return 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / product_s;
}

}  // namespace vegttt::cli

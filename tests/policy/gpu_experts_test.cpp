// The mixture of experts on a GPU: against a computation in double, and each part's time against
// the bytes it reads.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <memory>

#include "gpu/experts.h"
#include "ops/ops.h"

namespace vegttt::policy {
namespace {

bool no_gpu() { return !at::hasCUDA(); }
at::TensorOptions on_gpu(at::ScalarType type) {
  return at::TensorOptions().device(at::kCUDA).dtype(type);
}

ModelConfig shape(int hidden, int ffn, int experts, int top) {
  ModelConfig config;
  config.hidden = hidden;
  config.ffn = ffn;
  config.experts = experts;
  config.experts_per_token = top;
  config.mxfp4 = true;
  return config;
}

// Scales such that some gates are clamped.
ExpertLinear random_matrix(std::int64_t experts, std::int64_t out, std::int64_t in) {
  ExpertLinear matrix;
  matrix.blocks = at::randint(0, 256, {experts, out, in / 32, 16}, on_gpu(at::kByte));
  matrix.scales = at::randint(118, 123, {experts, out, in / 32}, on_gpu(at::kByte));
  matrix.bias = at::randn({experts, out}, on_gpu(at::kBFloat16)).mul_(0.3);
  return matrix;
}

// Who is chosen: as it happens; the last four by all rows; only the first half of the experts.
enum class Choice { kRandom, kLastFour, kFirstHalf };

Layer random_layer(const ModelConfig& c, Choice choice) {
  at::manual_seed(5);
  Layer layer;
  layer.router.weight = at::randn({c.experts, c.hidden}, on_gpu(at::kBFloat16)).mul_(0.02);
  layer.router.bias = at::randn({c.experts}, on_gpu(at::kBFloat16)).mul_(0.3);
  const int half = (c.experts + 1) / 2;
  if (choice == Choice::kLastFour)
    layer.router.bias.narrow(0, c.experts - c.experts_per_token, c.experts_per_token).add_(100);
  if (choice == Choice::kFirstHalf && half >= c.experts_per_token)
    layer.router.bias.narrow(0, half, c.experts - half).sub_(100);
  layer.gate_up = random_matrix(c.experts, 2 * c.ffn, c.hidden);
  layer.down_experts = random_matrix(c.experts, c.hidden, c.ffn);
  return layer;
}

// One expert's matrix [out, in], straight from the format's definition.
at::Tensor exact(const ExpertLinear& matrix, std::int64_t e) {
  const at::Tensor values =
      at::tensor({0., .5, 1., 1.5, 2., 3., 4., 6., -0., -.5, -1., -1.5, -2., -3., -4., -6.},
                 at::kDouble)
          .to(at::kCUDA);
  const at::Tensor blocks = matrix.blocks.select(0, e).to(at::kLong);
  const at::Tensor nibbles = at::stack({blocks.remainder(16), at::floor_divide(blocks, 16)}, -1);
  const at::Tensor scale = at::exp2(matrix.scales.select(0, e).to(at::kDouble) - 127);
  return (values.index({nibbles}).flatten(2) * scale.unsqueeze(-1)).flatten(1);
}

at::Tensor exact_linear(const at::Tensor& x, const ExpertLinear& matrix, std::int64_t e) {
  return at::matmul(x, exact(matrix, e).t()) + matrix.bias.select(0, e).to(at::kDouble);
}

// By the logits as given; of equal ones the first.
at::Tensor truth(const at::Tensor& x,
                 const at::Tensor& logits,
                 const Layer& layer,
                 const ModelConfig& c) {
  const auto [sorted, order] =
      at::sort(logits.to(at::kDouble), /*stable=*/true, 1, /*descending=*/true);
  const at::Tensor weights = at::softmax(sorted.narrow(1, 0, c.experts_per_token), 1),
                   chosen = order.narrow(1, 0, c.experts_per_token), wide = x.to(at::kDouble);
  at::Tensor sum = at::zeros_like(wide);
  for (std::int64_t e = 0; e < c.experts; ++e) {
    const at::Tensor share = (weights * chosen.eq(e)).sum(1);
    const at::Tensor rows = share.nonzero().flatten();
    if (rows.numel() == 0) continue;
    const at::Tensor pairs =
        exact_linear(wide.index_select(0, rows), layer.gate_up, e).unflatten(-1, {-1, 2});
    const at::Tensor gate = pairs.select(-1, 0).clamp_max(c.swiglu_limit),
                     up = pairs.select(-1, 1).clamp(-c.swiglu_limit, c.swiglu_limit);
    const at::Tensor gated = gate * at::sigmoid(gate * c.swiglu_alpha) * (up + 1);
    sum.index_add_(
        0, rows, exact_linear(gated, layer.down_experts, e) * share.index({rows}).unsqueeze(1));
  }
  return sum;
}

double number(const at::Tensor& tensor) { return tensor.to(at::kDouble).item<double>(); }
double rms(const at::Tensor& tensor) { return number(tensor.square().mean().sqrt()); }

void compare(const ModelConfig& c, int rows, Choice choice) {
  SCOPED_TRACE(std::to_string(c.experts) + " experts, hidden " + std::to_string(c.hidden) +
               ", rows " + std::to_string(rows));
  const at::NoGradGuard no_gradients;
  ASSERT_TRUE(gpu::Experts::fits(c, rows));
  const Layer layer = random_layer(c, choice);
  gpu::Experts experts(c, rows);
  const gpu::PackedLayer packed = gpu::pack_layer(layer);
  const at::Tensor x = at::randn({rows, c.hidden}, on_gpu(at::kBFloat16));
  at::Tensor out = at::full_like(x, NAN), again = at::full_like(x, NAN);
  experts.run(x, packed, out);
  experts.run(x, packed, again);
  const at::Tensor logits = at::matmul(x.to(at::kDouble), layer.router.weight.to(at::kDouble).t()) +
                            layer.router.bias.to(at::kDouble);
  const double of_logits = number(((logits - experts.logits()).abs() / (logits.abs() + 0.1)).max());
  const at::Tensor wanted = truth(x, experts.logits(), layer, c), difference = out - wanted;
  const double largest = number(difference.abs().max()) / number(wanted.abs().max()),
               usual = rms(difference) / rms(wanted);
  const at::Tensor counts = experts.begins().diff();
  std::printf(
      "%3d experts (%3d used, at most %3d rows), hidden %4d, ffn %4d, rows %3d: logits differ by "
      "%.4f, outputs "
      "by %.5f of the largest, rms %.5f\n",
      c.experts,
      counts.gt(0).sum().item<int>(),
      counts.max().item<int>(),
      c.hidden,
      c.ffn,
      rows,
      of_logits,
      largest,
      usual);
  EXPECT_EQ(counts.sum().item<int>(), rows * c.experts_per_token);
  EXPECT_TRUE(out.equal(again)) << "two runs differ";
  // Half of bf16's last place is up to 2^-8 of a logit; float32 loses less in a sum of thousands.
  EXPECT_LT(of_logits, 0.005);
  // Four roundings to bf16 (gated values, outputs, weights, sum), each 0.0016 of a value on average
  // and 0.0039 at most, give 0.003 to 0.005; a wrong row, column, scale or expert gives 0.05 and
  // more.
  EXPECT_LT(usual, 0.008);
  EXPECT_LT(largest, 0.02);
}

TEST(GpuExperts, AgreeWithTheFormatsDefinitionInDouble) {
  if (no_gpu()) GTEST_SKIP() << "no GPU";
  for (const int rows : {1, 7, 32, 160}) {
    compare(shape(64, 96, 4, 4), rows, Choice::kRandom);
    compare(shape(288, 224, 33, 3), rows, Choice::kRandom);
    compare(shape(2880, 2880, 32, 4), rows, Choice::kRandom);
  }
  compare(shape(2880, 2880, 32, 4), 160, Choice::kLastFour);
  compare(shape(2880, 2880, 32, 4), 160, Choice::kFirstHalf);
  for (const int rows : {1, 160}) compare(shape(2880, 2880, 128, 4), rows, Choice::kRandom);
  compare(shape(96, 64, 6, 2), 150, Choice::kLastFour);
  compare(shape(64, 64, 128, 4), 200, Choice::kFirstHalf);
}

TEST(GpuExperts, MatricesComeBackExactly) {
  if (no_gpu()) GTEST_SKIP() << "no GPU";
  for (const ModelConfig& c : {shape(2880, 2880, 32, 4), shape(96, 160, 5, 2)}) {
    ExpertLinear matrix = random_matrix(c.experts, 2 * c.ffn, c.hidden);
    matrix.scales[1] = 35;  // 2^-92 to 2^33
    matrix.scales[2] = 160;
    const gpu::PackedExperts packed = gpu::pack_experts(matrix);
    const at::Tensor wide = gpu::widen_experts(packed, 1, c.experts - 1);
    for (const int e : {1, 2, c.experts - 1})
      EXPECT_TRUE(wide[e - 1].to(at::kDouble).equal(exact(matrix, e))) << "expert " << e;
    matrix.scales[0][0][0] = 161;
    EXPECT_ANY_THROW(gpu::pack_experts(matrix));
  }
}

class Clock {
 public:
  Clock() { cudaEventCreate(&event_), cudaEventRecord(event_, at::cuda::getCurrentCUDAStream()); }
  ~Clock() { cudaEventDestroy(event_); }
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  double ms_since(const Clock& other) const {
    float ms = 0;
    cudaEventSynchronize(event_);
    cudaEventElapsedTime(&ms, other.event_, event_);
    return ms;
  }

 private:
  cudaEvent_t event_ = nullptr;
};

template <class Work>
double ms_of(int count, const Work& work) {
  work();
  const Clock start;
  for (int i = 0; i < count; ++i) work();
  return Clock().ms_since(start) / count;
}

double copy_bytes_per_ms() {
  const at::Tensor from = at::empty({std::int64_t{2} << 30}, on_gpu(at::kByte)),
                   to = at::empty_like(from);
  const double ms = ms_of(10, [&] { to.copy_(from); });
  return 2.0 * static_cast<double>(from.numel()) / ms;
}

// Of one run, after each kernel; the mean of several.
std::map<std::string, double> ms_by_part(gpu::Experts& experts,
                                         const at::Tensor& x,
                                         const gpu::PackedLayer& layer,
                                         at::Tensor& out) {
  constexpr int kRuns = 20;
  std::map<std::string, double> parts;
  std::vector<std::pair<std::string, std::unique_ptr<Clock>>> clocks;
  for (int i = 0; i < kRuns; ++i) {
    clocks.emplace_back("", std::make_unique<Clock>());
    experts.run(x, layer, out, [&](const char* name) {
      clocks.emplace_back(name, std::make_unique<Clock>());
    });
  }
  for (std::size_t i = 1; i < clocks.size(); ++i)
    if (!clocks[i].first.empty())
      parts[clocks[i].first] += clocks[i].second->ms_since(*clocks[i - 1].second) / kRuns;
  return parts;
}

void time_shape(const char* name, const ModelConfig& c, int layers, int rows, double bytes_per_ms) {
  const at::NoGradGuard no_gradients;
  const c10::cuda::CUDAStreamGuard guard(at::cuda::getStreamFromPool());
  gpu::Experts experts(c, rows);
  const Layer loaded = random_layer(c, Choice::kRandom);
  at::cuda::getCurrentCUDAStream().synchronize();
  gpu::PackedLayer layer;
  const double packing = ms_of(2, [&] { layer = gpu::pack_layer(loaded); });
  const at::Tensor x = at::randn({rows, c.hidden}, on_gpu(at::kBFloat16));
  at::Tensor out = at::empty_like(x), eager = at::empty_like(x);
  experts.run(x, layer, eager);
  const int used = experts.begins().diff().gt(0).sum().item<int>();
  const std::map<std::string, double> bytes = {
      {"experts_gate_up", static_cast<double>(layer.gate_up.bytes.numel()) * used / c.experts},
      {"experts_down", static_cast<double>(layer.down.bytes.numel()) * used / c.experts}};
  const double sum = bytes.at("experts_gate_up") + bytes.at("experts_down");
  std::printf("%s, %d rows, %d of %d experts used:\n", name, rows, used, c.experts);
  for (const auto& [part, ms] : ms_by_part(experts, x, layer, out)) {
    std::printf("  %-16s %8.1f us", part.c_str(), 1e3 * ms);
    if (bytes.contains(part))
      std::printf(", %.0f %% of the copy's bandwidth", 100 * bytes.at(part) / ms / bytes_per_ms);
    std::printf("\n");
  }
  at::cuda::CUDAGraph graph;
  graph.capture_begin();
  for (int i = 0; i < layers; ++i) experts.run(x, layer, out);
  graph.capture_end();
  const double step = ms_of(5, [&] { graph.replay(); });
  std::printf("  %d layers in a graph: %.3f ms, %.0f %% of the copy's bandwidth\n",
              layers,
              step,
              100 * layers * sum / step / bytes_per_ms);
  EXPECT_TRUE(out.equal(eager)) << "the graph's result differs";
  const auto whole = static_cast<double>(layer.gate_up.bytes.numel() + layer.down.bytes.numel());
  std::printf("  packing a layer: %.2f ms, %.3f GB", packing, whole / 1e9);
  if (rows > 1) {
    at::Tensor wide;
    const double ms = ms_of(3, [&] {
      wide = at::Tensor();
      wide = gpu::widen_experts(layer.gate_up, 0, c.experts);
    });
    std::printf("; its gate_up to bf16: %.2f ms, %.0f %% of the copy's bandwidth",
                ms,
                100 *
                    (2.0 * static_cast<double>(wide.numel()) +
                     static_cast<double>(layer.gate_up.bytes.numel())) /
                    ms / bytes_per_ms);
  }
  std::printf("\n");
}

TEST(GpuExperts, Speed) {
  if (no_gpu()) GTEST_SKIP() << "no GPU";
  const double bytes_per_ms = copy_bytes_per_ms();
  std::printf("copy: %.2f TB/s\n", bytes_per_ms / 1e9);
  for (const int rows : {1, 8, 32, 160, 320}) {
    time_shape("gpt-oss-20b", shape(2880, 2880, 32, 4), 24, rows, bytes_per_ms);
    time_shape("gpt-oss-120b", shape(2880, 2880, 128, 4), 36, rows, bytes_per_ms);
    c10::cuda::CUDACachingAllocator::emptyCache();
  }
}

}  // namespace
}  // namespace vegttt::policy

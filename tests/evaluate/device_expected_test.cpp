// Truths as the device computes them - in pieces, over pools, with rules for each slice - held
// against the host's; the kernels are replaced by loops, so that no GPU is needed.
#include "../../src/evaluate/cuda/device_expected.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <new>

#include "vegttt/tasks/catalogue.h"

namespace vegttt::evaluate {

// In the place of judge_math.cpp.
at::Tensor JudgeMath::exact(const at::Tensor& x) { return x.to(at::kDouble); }

at::Tensor JudgeMath::shortened(const at::Tensor& x, std::uint32_t dropped_bits) {
  at::Tensor out = x.to(at::kDouble).contiguous();
  auto* data = out.data_ptr<double>();
  for (std::int64_t i = 0; i < out.numel(); ++i)
    data[i] = tolerance::shortened(static_cast<float>(data[i]), dropped_bits);
  return out;
}

at::Tensor JudgeMath::moved(const at::Tensor& x,
                            std::uint64_t key,
                            double size,
                            std::int64_t first) {
  at::Tensor out = x.to(at::kDouble).contiguous();
  auto* data = out.data_ptr<double>();
  for (std::int64_t i = 0; i < out.numel(); ++i)
    data[i] = tolerance::moved(data[i], static_cast<std::uint64_t>(first + i), key, size);
  return out;
}

void JudgeMath::raise(at::Tensor& displacement,
                      const at::Tensor& value,
                      const at::Tensor& truth,
                      bool fresh) {
  const at::Tensor distance = (value.flatten() - truth.to(at::kDouble)).abs();
  displacement.copy_(fresh ? distance : at::maximum(displacement.to(at::kDouble), distance));
}

namespace {

double allowed(const DeviceExpected& expected, std::int64_t i) {
  const CheckRules& rules = expected.rules;
  const std::uint64_t which =
      (static_cast<std::uint64_t>(i) / rules.slice_elements + rules.first_slice) % rules.cases;
  return tolerance::allowance(expected.truth[i].item<float>(),
                              expected.displacement[i].to(at::kDouble).item<double>(),
                              rules.rules[which]);
}

}  // namespace

DeviceTally JudgeMath::judge(const void* output,
                             const at::Tensor& truth,
                             const at::Tensor& displacement,
                             const CheckRules& rules,
                             std::uint32_t) {
  DeviceExpected expected;
  expected.truth = truth;
  expected.displacement = displacement;
  expected.rules = rules;
  DeviceTally tally;
  for (std::int64_t i = 0; i < truth.numel(); ++i)
    tally.sum_of_squares = std::max(
        tally.sum_of_squares,
        tolerance::ratio(
            static_cast<const float*>(output)[i], truth[i].item<float>(), allowed(expected, i)));
  return tally;
}

Tally DeviceTally::on_host() const {
  Tally tally;
  tally.largest = sum_of_squares;  // judge() above keeps it there
  return tally;
}

namespace {

using Tensors = std::vector<at::Tensor>;

const tasks::Catalogue& catalogue() {
  static const tasks::Catalogue all = tasks::Catalogue::load();
  return all;
}

// No member is ever touched.
JudgeMath& math() {
  alignas(JudgeMath) static unsigned char memory[sizeof(JudgeMath)];
  return *std::launder(reinterpret_cast<JudgeMath*>(memory));
}

Tolerance tolerance_of(const tasks::Task& task) { return {false, terms_of(task, "tiny")}; }

TEST(DeviceExpected, AllowsWhatTheHostAllows) {
  for (const char* id : {"1", "14", "19", "23", "36", "37", "41", "47", "63", "89", "94", "97"}) {
    const tasks::Task& task = catalogue().find(id);
    const tasks::Reference reference(task);
    const Tensors inputs = tasks::make_inputs(task, "tiny", 3, 0);
    const Expected host = expect(task, reference, inputs, tolerance_of(task));
    DeviceExpected device =
        expect_on_device(math(), task, reference, inputs, tolerance_of(task), 0, 1);
    make_room_for_the_reference(math(), reference(inputs), device);
    ASSERT_EQ(device.sizes, host.sizes) << id;
    for (std::int64_t i = 0; i < device.truth.numel(); i += 7) {
      const auto at = static_cast<std::size_t>(i);
      EXPECT_EQ(device.truth[i].item<float>(), host.truth[at]) << id;
      EXPECT_NEAR(allowed(device, i) / host.allowance[at], 1, 0.01) << id << " element " << i;
    }
  }
}

TEST(DeviceExpected, PiecesMakeTheSameTruth) {
  for (const char* id : {"1", "3", "12", "16", "19", "47", "50", "67", "93", "97", "51"}) {
    const tasks::Task& task = catalogue().find(id);
    const tasks::Reference reference(task);
    const Tensors inputs = tasks::make_inputs(task, "tiny", 3, 0);
    const DeviceExpected whole =
        expect_on_device(math(), task, reference, inputs, tolerance_of(task), 0, 1);
    const DeviceExpected pieces =
        expect_on_device(math(), task, reference, inputs, tolerance_of(task), 2, 1);
    EXPECT_EQ(pieces.sizes, whole.sizes) << id;
    EXPECT_TRUE(at::allclose(pieces.truth.to(at::kDouble), whole.truth.to(at::kDouble), 1e-6))
        << id;
    if (!whole.displacement.defined()) continue;
    EXPECT_NEAR(pieces.rules.rules[0].typical / whole.rules.rules[0].typical, 1, 0.25)
        << id << ": signs are drawn anew for each piece";
  }
}

TEST(DeviceExpected, WindowsOfAPoolAreInputSetsOfTheirOwn) {
  for (const char* id : {"19", "24", "36", "47", "67", "93"}) {
    const tasks::Task& task = catalogue().find(id);
    const tasks::Reference reference(task);
    tasks::PoolOf pool{kInputSets - 1, {}};
    for (const tasks::InputSpec& input : task.inputs)
      pool.pooled.push_back(task.chunk_inputs.count(input.name) > 0);
    const Tensors inputs =
        tasks::make_pool(task, "tiny", 3, tasks::InputKind::kStrict, pool, tasks::host_values());
    const DeviceExpected all =
        expect_on_device(math(), task, reference, inputs, tolerance_of(task), 2, kInputSets);
    const std::int64_t slices = all.sizes[0] - (kInputSets - 1);
    for (int set = 0; set < kInputSets; ++set) {
      Tensors window = inputs;
      for (std::size_t i = 0; i < inputs.size(); ++i)
        if (pool.pooled[i]) window[i] = inputs[i].narrow(0, set, slices).contiguous();
      DeviceExpected expected = window_of(all, set, slices);
      const at::Tensor truth = tasks::truth_of(reference, window);
      EXPECT_EQ(truth.sizes(), at::IntArrayRef(expected.sizes)) << id;
      EXPECT_TRUE(at::allclose(truth.flatten(), expected.truth.to(at::kDouble), 1e-6)) << id;
      const std::int64_t slice = all.truth.numel() / all.sizes[0];
      for (std::int64_t i = 0; i < expected.truth.numel(); i += slice)
        EXPECT_EQ(allowed(expected, i), allowed(all, i + set * slice)) << id << " set " << set;
      EXPECT_LE(make_room_for_the_reference(math(), reference(window), expected), kMostWidening);
    }
  }
}

TEST(DeviceExpected, IsWidenedForAReferenceThatNeedsIt) {
  const tasks::Task& task = catalogue().find("19");
  const tasks::Reference reference(task);
  const Tensors inputs = tasks::make_inputs(task, "tiny", 3, 0);
  DeviceExpected expected =
      expect_on_device(math(), task, reference, inputs, tolerance_of(task), 0, 1);
  EXPECT_EQ(make_room_for_the_reference(math(), reference(inputs), expected), 1);
  at::Tensor rough = reference(inputs).clone();
  const std::int64_t somewhere = rough.flatten().argmax().item<std::int64_t>();
  const double before = allowed(expected, somewhere);
  rough.flatten()[somewhere] += static_cast<float>(before);
  EXPECT_NEAR(make_room_for_the_reference(math(), rough, expected), 2, 0.01);
  EXPECT_NEAR(allowed(expected, somewhere) / before, 2, 0.01);
}

}  // namespace
}  // namespace vegttt::evaluate

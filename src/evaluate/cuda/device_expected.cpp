#include "device_expected.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>

#include <cmath>

#include "../scalar_type.h"
#include "reference_flags.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

using Tensors = std::vector<at::Tensor>;

// Not every operator has a float64 kernel in cuDNN; ATen's own are slower.
at::Tensor in_float64(const tasks::Reference& reference, const Tensors& operands) {
  const ReferencePrecision exact(ReferenceFlags{});
  try {
    return reference(operands);
  } catch (const core::UserError&) {
    at::globalContext().setUserEnabledCuDNN(false);
  }
  try {
    at::Tensor result = reference(operands);
    at::globalContext().setUserEnabledCuDNN(true);
    return result;
  } catch (...) {
    at::globalContext().setUserEnabledCuDNN(true);
    throw;
  }
}

class TruthMaker {
 public:
  TruthMaker(JudgeMath& math,
             const tasks::Task& task,
             const tasks::Reference& reference,
             const Tensors& inputs,
             const Tolerance& tolerance)
      : math_(math), task_(task), reference_(reference), inputs_(inputs), tolerance_(tolerance) {}

  DeviceExpected make(std::int64_t slices_per_chunk) {
    expected_.dtype = task_.output_dtype;
    expected_.shapes = shapes_text(task_, inputs_);
    const std::int64_t slices = slices_per_chunk == 0 ? 0 : all_slices();
    if (slices == 0) {
      add(inputs_, 0, 0, 0);
    } else {
      for (std::int64_t first = 0; first < slices; first += slices_per_chunk)
        add(pieces(first, std::min(slices_per_chunk, slices - first)), first, slices, first);
    }
    return std::move(expected_);
  }

 private:
  int axis_of(std::size_t input) const {
    const auto found = task_.chunk_inputs.find(task_.inputs[input].name);
    return found == task_.chunk_inputs.end() ? -1 : found->second;
  }

  std::int64_t all_slices() const {
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      if (axis_of(i) >= 0) return inputs_[i].size(axis_of(i));
    return 0;
  }

  Tensors pieces(std::int64_t first, std::int64_t count) const {
    Tensors parts;
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      parts.push_back(axis_of(i) < 0 ? inputs_[i]
                                     : inputs_[i].narrow(axis_of(i), first, count).contiguous());
    return parts;
  }

  template <class Widen>
  at::Tensor computed(const Tensors& parts, Widen widen) {
    Tensors operands;
    for (const at::Tensor& part : parts)
      operands.push_back(part.is_floating_point() ? widen(part, static_cast<int>(operands.size()))
                                                  : part);
    return in_float64(reference_, operands).contiguous();
  }

  // `slices`: of everything; 0: this is everything.
  void add(const Tensors& parts, std::int64_t first, std::int64_t slices, std::int64_t shift) {
    at::Tensor exact = computed(parts, [&](const at::Tensor& x, int) { return math_.exact(x); });
    if (!expected_.truth.defined()) allocate(exact, slices);
    const std::int64_t count = exact.numel();
    const std::int64_t begin = slices == 0 ? 0 : first * (count / exact.size(0));
    at::Tensor truth = expected_.truth.narrow(0, begin, count);
    truth.copy_(exact.flatten());
    exact.reset();  // up to a fifth of the device
    if (!expected_.displacement.defined()) return;
    at::Tensor displacement = expected_.displacement.narrow(0, begin, count);
    displace(parts, shift, truth, displacement);
  }

  // What stays is never a piece of a large block that float64 has left: the rest of it could not be
  // given back.
  void allocate(const at::Tensor& exact, std::int64_t slices) {
    at::accelerator::emptyCache();
    expected_.sizes = exact.sizes().vec();
    if (slices > 0) expected_.sizes[0] = slices;
    const std::int64_t count = c10::multiply_integers(expected_.sizes);
    const auto options = exact.options().dtype(scalar_type(task_.output_dtype));
    expected_.truth = at::empty({count}, options);
    if (task_.output_dtype == tasks::DType::kFloat32 && !tolerance_.absolute)
      expected_.displacement = at::empty({count}, options.dtype(at::kBFloat16));
  }

  void displace(const Tensors& parts,
                std::int64_t shift,
                const at::Tensor& truth,
                at::Tensor& displacement) {
    const Operands operands = operands_of(tolerance_.contract);
    bool fresh = true;
    for (const Displacement& how : kDisplacements) {
      const at::Tensor other = computed(parts, [&](const at::Tensor& x, int input) {
        if (how.rounded) return math_.shortened(x, operands.dropped_bits);
        const Move move = move_of(how, operands.half_unit, input);
        return math_.moved(x, move.key + static_cast<std::uint64_t>(shift), move.size, 0);
      });
      math_.raise(displacement, other, truth, fresh);
      fresh = false;
    }
  }

  JudgeMath& math_;
  const tasks::Task& task_;
  const tasks::Reference& reference_;
  const Tensors& inputs_;
  const Tolerance& tolerance_;
  DeviceExpected expected_;
};

// Median displacement of the slices that are drawn as number `which` of `cases`.
double typical_of(const DeviceExpected& expected, std::int64_t slice, int which, int cases) {
  std::vector<std::int64_t> places = median_places(expected.displacement.numel());
  const bool all = places.empty();
  const at::Tensor chosen =
      all ? expected.displacement
          : expected.displacement.index_select(
                0, at::tensor(places, at::kLong).to(expected.displacement.device()));
  const at::Tensor host = chosen.to(at::kDouble).cpu().contiguous();
  std::vector<double> values;
  for (std::int64_t i = 0; i < host.numel(); ++i) {
    const std::int64_t place = all ? i : places[static_cast<std::size_t>(i)];
    if (place / slice % cases == which) values.push_back(host.const_data_ptr<double>()[i]);
  }
  return kTypicalShare * median_of_positive(values);
}

}  // namespace

DeviceExpected expect_on_device(JudgeMath& math,
                                const tasks::Task& task,
                                const tasks::Reference& reference,
                                const Tensors& inputs,
                                const Tolerance& tolerance,
                                std::int64_t slices_per_chunk,
                                int cases) {
  DeviceExpected expected =
      TruthMaker(math, task, reference, inputs, tolerance).make(slices_per_chunk);
  const std::int64_t slice = expected.sizes.empty() || cases == 1
                                 ? std::max<std::int64_t>(1, expected.truth.numel())
                                 : expected.truth.numel() / expected.sizes[0];
  expected.rules.cases = static_cast<std::uint32_t>(cases);
  expected.rules.slice_elements = static_cast<std::uint64_t>(slice);
  for (int which = 0; which < cases; ++which) {
    tolerance::Rule& rule = expected.rules.rules[which];
    rule = rule_of(tolerance);
    if (expected.displacement.defined()) rule.typical = typical_of(expected, slice, which, cases);
  }
  if (expected.displacement.defined()) expected.largest_rms = kLargestRms;
  return expected;
}

DeviceExpected window_of(const DeviceExpected& pool, std::int64_t first, std::int64_t slices) {
  DeviceExpected window = pool;
  const std::int64_t slice = pool.truth.numel() / pool.sizes[0];
  window.sizes[0] = slices;
  window.truth = pool.truth.narrow(0, first * slice, slices * slice);
  if (pool.displacement.defined())
    window.displacement = pool.displacement.narrow(0, first * slice, slices * slice);
  window.rules.first_slice = static_cast<std::uint32_t>(first);
  return window;
}

double make_room_for_the_reference(JudgeMath& math,
                                   const at::Tensor& output,
                                   DeviceExpected& expected) {
  if (!expected.displacement.defined()) return 1;
  const at::Tensor values = output.to(at::kFloat).contiguous();
  const DeviceTally tally =
      math.judge(values.const_data_ptr(), expected.truth, expected.displacement, expected.rules, 0);
  const double factor = widening_for(tally.on_host().largest);
  for (tolerance::Rule& rule : expected.rules.rules) rule.widening *= factor;
  return factor;
}

}  // namespace vegttt::evaluate

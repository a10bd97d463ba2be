#include "vegttt/evaluate/baseline.h"

#include <ATen/Parallel.h>

#include "machine_speed.h"
#include "reference_clock.h"
#include "task_store.h"
#include "timing_stats.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/stop.h"

namespace vegttt::evaluate {
namespace {

constexpr int kSets = 3;  // inputs rotate, as they do for candidates
constexpr int kResamples = 2000;

struct Inputs {
  std::vector<SharedBuffer> buffers;
  std::vector<at::Tensor> tensors;
};

// In shared memory, where candidates find theirs.
Inputs shared_inputs(const EvaluatorOptions& options, const tasks::Task& task, int set) {
  const bool public_inputs = protocol(options.evaluate.protocol).public_inputs;
  Inputs inputs;
  std::vector<std::span<const std::byte>> memory;
  for (const at::Tensor& tensor :
       tasks::make_inputs(task,
                          options.size,
                          options.secret_seed,
                          set,
                          public_inputs ? tasks::InputKind::kPublic : tasks::InputKind::kStrict)) {
    inputs.buffers.push_back(shared_copy(tensor, "input"));
    memory.push_back(inputs.buffers.back().bytes());
  }
  inputs.tensors = tensors_over(task.input_shapes(options.size), memory);
  return inputs;
}

records::Timing time_pairs(const tasks::Reference& reference,
                           const std::vector<Inputs>& sets,
                           const SharedBuffer& output,
                           int pairs,
                           int threads) {
  const Computation computation = [&](const std::vector<at::Tensor>& inputs) {
    return reference(inputs);
  };
  const ReferenceClock clock(computation, output.bytes(), threads);
  records::Timing timing;
  for (int i = -1; i < pairs; ++i) {  // pair -1 warms up
    core::throw_if_stopped();
    const std::vector<at::Tensor>& inputs = sets[static_cast<std::size_t>((i + 1) % kSets)].tensors;
    double a = i % 2 == 0 ? clock.run_us(inputs) : 0;
    const double b = clock.run_us(inputs);
    if (i % 2 != 0) a = clock.run_us(inputs);
    if (i < 0) continue;
    timing.reference_us.push_back(a);
    timing.candidate_us.push_back(b);
  }
  summarize(timing, false);
  return timing;
}

// Verdicts over `per_verdict` pairs drawn with replacement.
void resample(Baseline& baseline, int per_verdict, std::uint64_t seed) {
  core::RandomStream random(
      core::CounterRng::of({"baseline", std::to_string(seed), baseline.task_id}));
  const auto n = static_cast<std::int64_t>(baseline.timing.candidate_us.size());
  int fast = 0, strict = 0;
  for (int i = 0; i < kResamples; ++i) {
    records::Timing drawn;
    for (int j = 0; j < per_verdict; ++j) {
      const auto k = static_cast<std::size_t>(random.below(n));
      drawn.candidate_us.push_back(baseline.timing.candidate_us[k]);
      drawn.reference_us.push_back(baseline.timing.reference_us[k]);
    }
    summarize(drawn, false);
    fast += drawn.speedup > 1 ? 1 : 0;
    strict += drawn.speedup_low > 1 ? 1 : 0;
  }
  baseline.fast_by_chance = static_cast<double>(fast) / kResamples;
  baseline.fast_strict_by_chance = static_cast<double>(strict) / kResamples;
}

}  // namespace

Baseline measure_baseline(const EvaluatorOptions& options, const tasks::Task& task, int pairs) {
  const int threads = set_up_process(options.evaluate);
  const tasks::Reference reference(task, options.reference);
  std::vector<Inputs> sets;
  for (int set = 0; set < kSets; ++set) sets.push_back(shared_inputs(options, task, set));
  Baseline baseline;
  baseline.task_id = task.id;
  baseline.size = options.size;
  baseline.machine = machine_name(threads);
  baseline.reference = options.reference;
  const SharedBuffer output(static_cast<std::size_t>(task.output(options.size).bytes()), "out");
  baseline.timing = time_pairs(reference, sets, output, pairs, threads);
  baseline.floor_us = baseline.timing.floor_us =
      floor_us(task.work_at(options.size), machine_speed(threads));
  resample(baseline, protocol(options.evaluate.protocol).timings, options.secret_seed);
  return baseline;
}

core::Json to_json(const Baseline& b) {
  return {{"schema_version", 1},
          {"task", b.task_id},
          {"size", b.size},
          {"machine", b.machine},
          {"reference", b.reference},
          {"timing", records::to_json(b.timing)},
          {"fast_by_chance", b.fast_by_chance},
          {"fast_strict_by_chance", b.fast_strict_by_chance},
          {"floor_us", b.floor_us}};
}

}  // namespace vegttt::evaluate

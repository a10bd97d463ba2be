#include "vegttt/evaluate/baseline.h"

#include <algorithm>

#include "baseline_meters.h"
#include "timing_stats.h"
#include "vegttt/core/rng.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::evaluate {
namespace {

constexpr int kResamples = 2000;

}  // namespace

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

void summarize(const std::vector<EqualVerdict>& verdicts, EqualKernel& equal) {
  std::vector<double> speedups, candidate_us, reference_us;
  for (const EqualVerdict& v : verdicts) {
    speedups.push_back(v.speedup);
    candidate_us.push_back(v.candidate_us);
    reference_us.push_back(v.reference_us);
    equal.fast += v.fast ? 1 : 0;
    equal.fast_strict += v.fast_strict ? 1 : 0;
    equal.suspicious += v.suspicious ? 1 : 0;
  }
  equal.verdicts = static_cast<int>(verdicts.size());
  equal.speedup = median(speedups);
  equal.candidate_us = median(candidate_us);
  equal.reference_us = median(reference_us);
  equal.lowest = *std::min_element(speedups.begin(), speedups.end());
  equal.highest = *std::max_element(speedups.begin(), speedups.end());
}

EqualVerdict verdict_of(const records::Timing& timing) {
  return {timing.speedup,
          timing.candidate_median_us,
          timing.reference_median_us,
          timing.speedup > 1,
          timing.speedup_low > 1,
          false};
}

std::unique_ptr<BaselineMeter> make_baseline_meter(const EvaluatorOptions& options,
                                                   const tasks::Catalogue& catalogue) {
  const std::string dialect = scaffold::dialect(options.evaluate.dialect).name();
  return dialect == "cuda" ? make_cuda_baseline_meter(options, catalogue)
                           : make_cpp_baseline_meter(options, catalogue);
}

core::Json to_json(const EqualKernel& e) {
  return {{"schema_version", 1},
          {"equal_kernel", e.task_id},
          {"size", e.size},
          {"machine", e.machine},
          {"verdicts", e.verdicts},
          {"speedup", e.speedup},
          {"lowest", e.lowest},
          {"highest", e.highest},
          {"candidate_us", e.candidate_us},
          {"reference_us", e.reference_us},
          {"fast", e.fast},
          {"fast_strict", e.fast_strict},
          {"suspicious", e.suspicious},
          {"empty_candidate_us", e.empty_candidate_us},
          {"empty_reference_us", e.empty_reference_us}};
}

core::Json to_json(const Baseline& b) {
  core::Json json = {{"schema_version", 1},
                     {"task", b.task_id},
                     {"size", b.size},
                     {"machine", b.machine},
                     {"reference", b.reference},
                     {"timing", records::to_json(b.timing)},
                     {"fast_by_chance", b.fast_by_chance},
                     {"fast_strict_by_chance", b.fast_strict_by_chance},
                     {"floor_us", b.floor_us}};
  if (b.conditions) json["conditions"] = records::to_json(*b.conditions);
  return json;
}

}  // namespace vegttt::evaluate

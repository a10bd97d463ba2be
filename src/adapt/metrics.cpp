#include <algorithm>
#include <cmath>
#include <set>

#include "diagnostics.h"
#include "vegttt/adapt/rollouts.h"
#include "vegttt/core/median.h"

namespace vegttt::adapt {
namespace {

using records::Status;

void count(const records::JudgedRollout& judged, records::TaskCounts& counts) {
  const auto& evaluation = judged.evaluation;
  if (evaluation.status == Status::kUnscored) {
    ++counts.unscored;
    return;
  }
  const bool correct = records::is_trusted(evaluation.status);
  ++counts.n;
  counts.compiled += records::has_compiled(evaluation.status);
  counts.correct += correct;
  counts.fast_1 += correct && evaluation.fast_1;
  counts.fast_1_strict += correct && evaluation.fast_1_strict;
  counts.suspicious += evaluation.status == Status::kSuspicious;
  counts.truncated += judged.rollout.finish_reason == records::FinishReason::kLength;
  if (correct) {
    counts.speedup_sum += evaluation.speedup();
    counts.best_speedup = std::max(counts.best_speedup, evaluation.speedup());
  }
  if (std::isfinite(judged.rollout.reward)) counts.reward_sum += judged.rollout.reward;
}

}  // namespace

records::StepMetrics metrics_of(int step, const std::vector<records::JudgedRollout>& judged) {
  records::StepMetrics metrics;
  metrics.step_idx = step;
  std::map<std::string, std::set<std::string>> kernels;
  std::vector<double> speedups;
  double tokens = 0;
  for (const auto& one : judged) {
    const std::string& task = one.rollout.key.task_id;
    auto& counts = metrics.tasks[task];
    count(one, counts);
    kernels[task].insert(one.rollout.code_hash);
    counts.distinct = static_cast<int>(kernels[task].size());
    if (records::is_trusted(one.evaluation.status)) speedups.push_back(one.evaluation.speedup());
    tokens += static_cast<double>(one.rollout.completion_tokens.size());
  }
  metrics.more["median_speedup"] = core::median(std::move(speedups));
  metrics.more["completion_tokens"] = tokens;
  add_diagnostics(judged, metrics);
  return metrics;
}

}  // namespace vegttt::adapt

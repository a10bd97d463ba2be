#include <algorithm>
#include <cmath>

#include "compare/side.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"

namespace vegttt::cli {
namespace {

using records::StepMetrics;
using records::TaskCounts;
using report::RunRecords;

int TaskCounts::*counter_of(Measure measure) {
  switch (measure) {
    case Measure::kFast1Strict:
      return &TaskCounts::fast_1_strict;
    case Measure::kCorrect:
      return &TaskCounts::correct;
    default:
      return &TaskCounts::fast_1;
  }
}

// Samples of the policy that the run ends with: fresh ones, else those of the selected step, else
// those of the last.
StepMetrics final_metrics(const RunRecords& run) {
  if (run.summary.contains("fresh") && !run.summary.at("fresh").is_null())
    return records::step_metrics_from_json(run.summary.at("fresh"));
  const auto& steps = run.trajectory.steps;
  if (steps.empty()) return {};
  if (run.summary.contains("selected_step") && run.summary.at("selected_step").is_number()) {
    const int selected = run.summary.at("selected_step").get<int>();
    for (const auto& step : steps) {
      if (step.step_idx == selected) return step;
    }
  }
  return steps.back();
}

std::map<std::string, report::Stratum> counts_of(const RunRecords& run, Measure measure) {
  std::map<std::string, report::Stratum> counts;
  for (const auto& [task, of_task] : final_metrics(run).tasks) {
    if (of_task.n > 0) counts[task] = {of_task.*counter_of(measure), of_task.n};
  }
  return counts;
}

// Log speedups by task: the best of all steps as it was found, then as it was timed anew.
std::map<std::string, double> best_kernels(const RunRecords& run) {
  std::map<std::string, double> best;
  for (const auto& step : run.trajectory.steps) {
    for (const auto& [task, counts] : step.tasks) {
      double& value = best[task];
      value = std::max(value, counts.best_speedup > 1 ? std::log(counts.best_speedup) : 0.0);
    }
  }
  core::for_each_json_line(run.path / "best_kernels.jsonl", [&](const core::Json& line) {
    double speedup = 1;
    if (line.contains("fresh") && !line.at("fresh").is_null())
      speedup = core::number_of(line.at("fresh").at("speedup"));
    best[core::get<std::string>(line, "task")] = speedup > 0 ? std::log(speedup) : 0.0;
  });
  return best;
}

}  // namespace

const std::vector<Measure>& all_measures() {
  static const std::vector<Measure> measures = {
      Measure::kBestKernel, Measure::kFast1, Measure::kFast1Strict, Measure::kCorrect};
  return measures;
}

const char* name_of(Measure measure) {
  switch (measure) {
    case Measure::kBestKernel:
      return "best_kernel";
    case Measure::kFast1:
      return "fast_1";
    case Measure::kFast1Strict:
      return "fast_1_strict";
    case Measure::kCorrect:
      return "correct";
  }
  return "";
}

Values values_of(const Side& side, Measure measure, bool seeds) {
  Values all;
  std::map<report::Unit, const RunRecords*> from;
  const auto unit_of = [&](const RunRecords& run, const std::string& task) {
    const report::Unit unit{task, seeds ? run.seed : 0};
    if (!from.emplace(unit, &run).second)
      throw core::UserError("holds " + task + " of sample seed " + std::to_string(run.seed) +
                                " twice: in " + from.at(unit)->path.string() + " and " +
                                run.path.string(),
                            side.name,
                            "compare runs of one task set at a time");
    return unit;
  };
  for (const auto& run : side.runs) {
    if (measure == Measure::kBestKernel) {
      for (const auto& [task, value] : best_kernels(run)) all.values[unit_of(run, task)] = value;
      continue;
    }
    for (const auto& [task, counts] : counts_of(run, measure)) {
      const auto unit = unit_of(run, task);
      all.values[unit] = static_cast<double>(counts.k) / counts.n;
      all.counts[unit] = counts;
    }
  }
  return all;
}

}  // namespace vegttt::cli

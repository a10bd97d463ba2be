#include "scalars_of.h"

#include <algorithm>

namespace vegttt::experiment::tensorboard {
namespace {

using records::StepMetrics;
using records::TaskCounts;

Scalars rates(const StepMetrics& metrics, const std::string& group) {
  return {{group + "/fast_1", metrics.aggregate_fast_1()},
          {group + "/fast_1_strict", metrics.aggregate(&TaskCounts::fast_1_strict)},
          {group + "/correct", metrics.aggregate_correct()},
          {group + "/compiled", metrics.aggregate(&TaskCounts::compiled)}};
}

double best_speedup(const StepMetrics& metrics) {
  double best = 0;
  for (const auto& [task, counts] : metrics.tasks) best = std::max(best, counts.best_speedup);
  return best;
}

}  // namespace

Scalars scalars_of(const StepMetrics& metrics) {
  Scalars scalars = rates(metrics, "rates");
  scalars.emplace_back("speedup/mean_of_correct", metrics.aggregate_speedup());
  scalars.emplace_back("speedup/best", best_speedup(metrics));
  scalars.emplace_back("reward/mean", metrics.aggregate_reward());
  scalars.emplace_back("spent/rollouts", metrics.rollouts_so_far);
  for (const auto& [name, value] : metrics.more)
    scalars.emplace_back((name.ends_with("_s") ? "seconds/" : "step/") + name, value);
  for (const auto& [task, counts] : metrics.tasks) {
    if (counts.n > 0)
      scalars.emplace_back("fast_1_by_task/" + task, static_cast<double>(counts.fast_1) / counts.n);
  }
  return scalars;
}

Scalars fresh_scalars_of(const StepMetrics& fresh) { return rates(fresh, "fresh_of_selected"); }

}  // namespace vegttt::experiment::tensorboard

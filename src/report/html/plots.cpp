#include "plots.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace vegttt::report::html {

std::vector<const Figure*> Plots::all() const {
  std::vector<const Figure*> list;
  for (const auto* part : {&result, &trajectory, &selection, &funnel, &heat, &diversity, &compute})
    for (const auto& figure : *part) list.push_back(&figure);
  return list;
}

Plots plots_of(const Model& model) {
  return {result_plots(model),
          trajectory_plots(model),
          selection_plots(model),
          funnel_plots(model),
          heat_plots(model),
          diversity_plots(model),
          compute_plots(model)};
}

std::string run_label(const Model& model, const Run& run) {
  if (model.runs_of(run.series).size() == 1) return run.series;
  std::string label = run.series;
  if (!run.subset.empty()) label += ", subset " + run.subset;
  return label + ", seed " + std::to_string(run.records.seed);
}

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double median_of(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

int last_step(const Model& model) {
  int last = 0;
  for (const auto& run : model.runs)
    for (const auto& row : run.rows) last = std::max(last, row.step);
  return last;
}

}  // namespace vegttt::report::html

#include "plots.h"

#include <algorithm>

#include "paper/drawn_figures.h"

namespace vegttt::report::html {

std::vector<const Figure*> Plots::all() const {
  std::vector<const Figure*> list;
  for (const auto* part :
       {&result, &paper, &trajectory, &selection, &funnel, &heat, &diversity, &compute})
    for (const auto& figure : *part) list.push_back(&figure);
  return list;
}

std::vector<Figure> paper_plots(const Model& model) {
  return model.campaign ? paper::figures_beside(*model.campaign) : std::vector<Figure>{};
}

Plots plots_of(const Model& model) {
  return {result_plots(model),
          paper_plots(model),
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

int last_step(const Model& model) {
  int last = 0;
  for (const auto& run : model.runs)
    for (const auto& row : run.rows) last = std::max(last, row.step);
  return last;
}

}  // namespace vegttt::report::html

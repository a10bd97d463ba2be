// A campaign's estimand: the best kernel of each task within the budget, timed anew.
#include <algorithm>
#include <cmath>

#include "figures/charts.h"
#include "plots.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report::html {
namespace {

using Best = std::map<std::string, std::vector<double>>;  // log speedups of all runs, by task

Best best_of(const Campaign& campaign, const std::string& label) {
  Best best;
  for (const auto& run : campaign.runs) {
    if (run.label != label) continue;
    for (const auto& [task, kernel] : run.best)
      best[task].push_back(std::log(std::max(1e-3, kernel.speedup)));
  }
  return best;
}

std::vector<std::string> tasks_of(const Campaign& campaign) {
  std::set<std::string> found;
  for (const auto& run : campaign.runs)
    for (const auto& [task, kernel] : run.best) found.insert(task);
  std::vector<std::string> tasks(found.begin(), found.end());
  std::sort(tasks.begin(), tasks.end(), task_before);
  return tasks;
}

}  // namespace

std::vector<Figure> result_plots(const Model& model) {
  if (!model.campaign) return {};
  const auto tasks = tasks_of(*model.campaign);
  if (tasks.empty()) return {};
  Figure figure;
  figure.name = "best-kernels";
  figure.caption =
      "Per task the best kernel found within the budget, timed anew on fresh inputs; 1x where none "
      "was correct and "
      "faster. Points: geometric mean over runs; bars: the smallest and largest run.";
  figure.table.name = "best-kernels";
  figure.table.title = "Best kernel of each task within the budget, timed anew";
  figure.table.cells = Cells({"task", "series", "runs", "geometric mean", "smallest", "largest"},
                             {false, false, true, true, true, true});
  figures::DotChart chart;
  chart.x = {"speedup, timed anew (log scale)", figures::Unit::kTimes, false, true};
  chart.reference = 1;
  chart.width = 760;
  chart.label_width = 80;
  for (const auto& series : model.series) {
    const int colour = model.series_index(series);
    chart.legend.push_back({series, colour, colour, false});
  }
  for (const auto& task : tasks) {
    figures::DotRow row{task, {}, ""};
    for (const auto& series : model.series) {
      const auto best = best_of(*model.campaign, series);
      const auto found = best.find(task);
      if (found == best.end()) continue;
      const auto [low, high] = std::minmax_element(found->second.begin(), found->second.end());
      const int colour = model.series_index(series);
      const double centre = std::exp(mean(found->second));
      row.dots.push_back({centre, figures::Span{std::exp(*low), std::exp(*high)}, colour, colour});
      figure.table.cells.add({task,
                              series,
                              count_cell(static_cast<int>(found->second.size())),
                              times_cell(centre),
                              times_cell(std::exp(*low)),
                              times_cell(std::exp(*high))});
    }
    chart.rows.push_back(row);
  }
  figure.drawing = figures::dot_chart(chart);
  return {figure};
}

}  // namespace vegttt::report::html

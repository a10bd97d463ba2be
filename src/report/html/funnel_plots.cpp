// How many rollouts came how far.
#include <array>
#include <cmath>

#include "figures/charts.h"
#include "plots.h"

namespace vegttt::report::html {
namespace {

using Counts = std::array<int, kStages>;

// Rollouts that came at least so far; what the machine could not score is left out.
void count(Counts& counts, const Row& row) {
  if (row.status == records::Status::kUnscored) return;
  for (int stage = 0; stage <= static_cast<int>(stage_of(row.status)); ++stage)
    ++counts[static_cast<std::size_t>(stage)];
}

std::vector<Cell> cells_of(std::vector<Cell> names, const Counts& counts) {
  for (const int number : counts) names.push_back(count_cell(number));
  return names;
}

figures::Drawing funnel(const Model& model, const std::string& series, const Counts& counts) {
  figures::BarChart chart;
  chart.title = model.series.size() > 1 ? series : "";
  chart.x = {"rollouts"};
  chart.width = model.series.size() > 1 ? 440 : 700;
  chart.label_width = 92;
  for (int stage = 0; stage < kStages; ++stage) {
    const int n = counts[static_cast<std::size_t>(stage)];
    figures::Bar bar{name_of(static_cast<Stage>(stage)), {}, ""};
    bar.text = std::to_string(n) +
               (stage > 0 && counts[0] > 0
                    ? "  (" + percent_cell(static_cast<double>(n) / counts[0], 0).text + ")"
                    : "");
    figures::BarPart part{static_cast<double>(n), model.series_index(series)};
    part.target.data = {{"reached", std::to_string(stage)}};
    if (model.series.size() > 1) part.target.data["series"] = series;
    part.target.title = series + ", " + bar.label + ": " + bar.text;
    bar.parts.push_back(part);
    chart.bars.push_back(bar);
  }
  return figures::bar_chart(chart);
}

}  // namespace

std::vector<Figure> funnel_plots(const Model& model) {
  Figure figure;
  figure.name = "funnel";
  figure.caption =
      "Each bar: rollouts that came at least so far. Suspicious kernels ran, but count as neither "
      "correct nor faster. "
      "A bar filters the rollouts.";
  figure.table.name = "funnel";
  figure.table.title = "How far rollouts came, by step and task";
  std::vector<std::string> header = {"series", "step", "task"};
  for (int stage = 0; stage < kStages; ++stage)
    header.push_back(name_of(static_cast<Stage>(stage)));
  figure.table.cells = Cells(header, {false, true, false, true, true, true, true, true, true});
  std::vector<figures::Drawing> parts;
  for (const auto& series : model.series) {
    Counts total{};
    std::map<std::pair<int, int>, Counts> by_group;
    for (const Run* run : model.runs_of(series)) {
      for (const auto& row : run->rows) {
        count(total, row);
        count(by_group[{row.step, row.task}], row);
      }
    }
    if (total[0] == 0) continue;
    if (parts.size() < kMostParts) parts.push_back(funnel(model, series, total));
    figure.table.cells.add(cells_of({series, "all", "all"}, total));
    for (const auto& [group, counts] : by_group)
      figure.table.cells.add(cells_of(
          {series, count_cell(group.first), model.tasks[static_cast<std::size_t>(group.second)]},
          counts));
  }
  if (parts.empty()) return {};
  figure.drawing = figures::side_by_side(parts, model.series.size() > 1 ? 2 : 1, 24);
  return {figure};
}

}  // namespace vegttt::report::html

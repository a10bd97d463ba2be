// Task by step: where the fast kernels are.
#include <cmath>
#include <limits>

#include "figures/charts.h"
#include "plots.h"

namespace vegttt::report::html {
namespace {

struct Group {
  int n = 0, fast = 0, correct = 0;
};
using Groups = std::map<std::pair<int, int>, Group>;  // by task and step

Groups groups_of(const Model& model, const std::string& series) {
  Groups groups;
  for (const Run* run : model.runs_of(series)) {
    for (const auto& row : run->rows) {
      if (row.status == records::Status::kUnscored) continue;
      auto& group = groups[{row.task, row.step}];
      ++group.n;
      group.fast += row.status == records::Status::kFast;
      group.correct += stage_of(row.status) >= Stage::kCorrect;
    }
  }
  return groups;
}

figures::HeatCell cell_of(
    const Model& model, const std::string& series, const Groups& groups, int task, int step) {
  const auto found = groups.find({task, step});
  if (found == groups.end()) return {std::numeric_limits<double>::quiet_NaN(), "", {}};
  const Group& group = found->second;
  const std::string& id = model.tasks[static_cast<std::size_t>(task)];
  figures::HeatCell cell{static_cast<double>(group.fast) / group.n,
                         std::to_string(group.fast) + "/" + std::to_string(group.n),
                         {}};
  cell.target.data = {{"task", id}, {"step", std::to_string(step)}};
  if (model.series.size() > 1) cell.target.data["series"] = series;
  cell.target.title = id + ", step " + std::to_string(step) + ": " + cell.text + " fast, " +
                      std::to_string(group.correct) + " correct";
  return cell;
}

Figure heat_plot(const Model& model, const std::string& series, const Groups& groups, int last) {
  Figure figure;
  const bool several = model.series.size() > 1;
  figure.name =
      "tasks-by-steps" + (several ? "-" + std::to_string(model.series_index(series) + 1) : "");
  figure.caption =
      "fast_1: kernels that are correct and faster than the reference, of those judged. A cell "
      "filters the rollouts.";
  figures::HeatMap map;
  map.title = several ? series : "";
  map.column_label = "adaptation step";
  map.width = 700;
  std::vector<std::string> header = {"task"};
  for (int step = 0; step <= last; ++step) {
    map.columns.push_back(std::to_string(step));
    header.push_back("step " + std::to_string(step));
  }
  figure.table.name = figure.name;
  figure.table.title = "fast_1 by task and step" + (several ? ": " + series : "");
  figure.table.cells = Cells(header);
  for (int task = 0; task < static_cast<int>(model.tasks.size()); ++task) {
    std::vector<figures::HeatCell> cells;
    std::vector<Cell> row = {model.tasks[static_cast<std::size_t>(task)]};
    bool any = false;
    for (int step = 0; step <= last; ++step) {
      cells.push_back(cell_of(model, series, groups, task, step));
      const bool empty = std::isnan(cells.back().value);
      any |= !empty;
      row.push_back(empty ? missing_cell() : Cell(cells.back().text, cells.back().value));
    }
    if (!any) continue;
    map.rows.push_back(model.tasks[static_cast<std::size_t>(task)]);
    map.cells.push_back(cells);
    figure.table.cells.add(row);
  }
  figure.drawing = figures::heat_map(map);
  return figure;
}

}  // namespace

std::vector<Figure> heat_plots(const Model& model) {
  std::vector<Figure> list;
  for (const auto& series : model.series) {
    const Groups groups = groups_of(model, series);
    if (groups.empty() || list.size() == kMostParts) continue;
    int last = 0;
    for (const auto& [key, group] : groups) last = std::max(last, key.second);
    list.push_back(heat_plot(model, series, groups, last));
  }
  return list;
}

}  // namespace vegttt::report::html

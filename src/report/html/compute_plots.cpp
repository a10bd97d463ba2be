// Where the time went.
#include <algorithm>

#include "figures/charts.h"
#include "plots.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report::html {
namespace {

std::vector<std::string> stages_of(const Model& model) {
  std::map<std::string, double> seconds;
  for (const auto& run : model.runs)
    for (const auto& [stage, s] : run.records.ledger.stage_s) seconds[stage] += s;
  std::vector<std::string> stages;
  for (const auto& [stage, s] : seconds) stages.push_back(stage);
  std::sort(stages.begin(), stages.end(), [&](const auto& a, const auto& b) {
    return seconds[a] > seconds[b];
  });
  return stages;
}

double seconds_in(const Run& run, const std::string& stage) {
  const auto found = run.records.ledger.stage_s.find(stage);
  return found == run.records.ledger.stage_s.end() ? 0 : found->second;
}

}  // namespace

std::vector<Figure> compute_plots(const Model& model) {
  const auto stages = stages_of(model);
  if (stages.empty()) return {};
  Figure figure;
  figure.name = "compute";
  figure.caption =
      "Seconds by stage over all attempts; several runs of a series as their mean. What waits for "
      "another stage is not counted twice.";
  figure.table.name = "seconds-by-stage";
  figure.table.title = "Seconds by stage";
  std::vector<std::string> header = {"series", "runs"};
  header.insert(header.end(), stages.begin(), stages.end());
  figure.table.cells = Cells(header);
  figures::BarChart chart;
  chart.x = {"seconds"};
  chart.width = 760;
  chart.label_width = 150;
  chart.part_labels = stages;
  for (const auto& series : model.series) {
    const auto runs = model.runs_of(series);
    figures::Bar bar{series, {}, ""};
    std::vector<Cell> row = {series, count_cell(static_cast<int>(runs.size()))};
    double sum = 0;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      std::vector<double> seconds;
      for (const Run* run : runs) seconds.push_back(seconds_in(*run, stages[i]));
      figures::BarPart part{mean(seconds), static_cast<int>(i)};
      part.target.title = series + ", " + stages[i] + ": " + number_cell(part.value, 1).text + " s";
      bar.parts.push_back(part);
      row.push_back(number_cell(part.value, 1));
      sum += part.value;
    }
    bar.text = number_cell(sum, 0).text + " s";
    chart.bars.push_back(bar);
    figure.table.cells.add(row);
  }
  figure.drawing = figures::bar_chart(chart);
  return {figure};
}

}  // namespace vegttt::report::html

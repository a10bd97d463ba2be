// Rates by step: a thin line for each run, a thick one for the mean of a series, marks where
// strategies selected.
#include <cmath>
#include <functional>
#include <limits>

#include "figures/charts.h"
#include "plots.h"
#include "vegttt/report/statistics.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report::html {
namespace {

using figures::Axis;
using figures::Drawing;
using figures::LineChart;
using figures::LinePoint;
using figures::LineSeries;
using figures::Unit;
using records::StepMetrics;
using records::TaskCounts;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Measure {
  std::string name;
  Unit unit = Unit::kPercent;
  std::function<double(const Run&, const StepMetrics&)> value;
  int TaskCounts::*count = nullptr;  // what an interval is made from
};

double median_speedup(const Run& run, const StepMetrics& step) {
  std::vector<double> speedups;
  for (const auto& row : run.rows)
    if (row.step == step.step_idx && stage_of(row.status) >= Stage::kCorrect)
      speedups.push_back(row.speedup);
  return median(speedups);
}

Measure rate(const std::string& name, int TaskCounts::*count) {
  return {name,
          Unit::kPercent,
          [count](const Run&, const StepMetrics& step) { return step.aggregate(count); },
          count};
}

std::vector<Measure> measures() {
  return {rate("fast_1", &TaskCounts::fast_1),
          rate("fast_1_strict", &TaskCounts::fast_1_strict),
          rate("correct", &TaskCounts::correct),
          {"median speedup of correct kernels", Unit::kTimes, median_speedup, nullptr}};
}

std::optional<figures::Span> interval_of(const Measure& measure, const StepMetrics& step) {
  if (!measure.count) return std::nullopt;
  int k = 0, n = 0;
  for (const auto& [task, counts] : step.tasks) k += counts.*measure.count, n += counts.n;
  const auto [low, high] = wilson(k, n);
  return figures::Span{low, high};
}

LineSeries line_of(const Model& model, const Run& run, const Measure& measure, bool alone) {
  LineSeries line{alone ? run.series : "", model.series_index(run.series), !alone, {}};
  for (const auto& step : run.records.trajectory.steps) {
    LinePoint point{static_cast<double>(step.step_idx), measure.value(run, step)};
    if (alone && model.series.size() == 1) point.interval = interval_of(measure, step);
    point.target.data = {{"step", std::to_string(step.step_idx)}, {"run", run.name}};
    point.target.title = run_label(model, run) + ", step " + std::to_string(step.step_idx) + ": " +
                         figures::tick_text(std::round(point.y * 1000) / 1000, measure.unit);
    point.target.focus = alone;
    line.points.push_back(std::move(point));
  }
  return line;
}

// Where every run of the series has the step.
LineSeries mean_line(const Model& model,
                     const std::string& name,
                     const std::vector<LineSeries>& runs) {
  LineSeries line{
      name + ", mean of " + std::to_string(runs.size()), model.series_index(name), false, {}};
  for (std::size_t s = 0;; ++s) {
    std::vector<double> values;
    for (const auto& run : runs)
      if (s < run.points.size()) values.push_back(run.points[s].y);
    if (values.size() < runs.size()) return line;
    LinePoint point{runs.front().points[s].x, mean(values)};
    point.target.data = {{"step", std::to_string(static_cast<int>(point.x))}, {"series", name}};
    point.target.title = line.label + ", step " + std::to_string(static_cast<int>(point.x));
    line.points.push_back(std::move(point));
  }
}

std::vector<LineSeries> lines_of(const Model& model, const Measure& measure) {
  std::vector<LineSeries> lines, means;
  for (const auto& name : model.series) {
    const auto runs = model.runs_of(name);
    std::vector<LineSeries> own;
    for (const Run* run : runs) own.push_back(line_of(model, *run, measure, runs.size() == 1));
    if (runs.size() > 1) means.push_back(mean_line(model, name, own));
    lines.insert(lines.end(), own.begin(), own.end());
  }
  lines.insert(lines.end(), means.begin(), means.end());
  return lines;
}

// One run: what each strategy selects, on the curve that it looks at.
void add_marks(LineChart& chart, const Model& model, const std::string& criterion) {
  if (model.runs.size() != 1) return;
  const Run& run = model.runs.front();
  for (const auto& selection : run.selections) {
    if (selection.criterion != criterion) continue;
    const bool boa = selection.strategy == records::Strategy::kArgmax;
    const bool stop =
        selection.strategy == records::Strategy::kEarlyStop && selection.patience == 1;
    if (selection.strategy == records::Strategy::kOracle) {
      chart.reference = selection.score;
      chart.reference_label = "per-task oracle";
    } else if (boa || stop) {
      chart.marks.push_back({boa ? "BoA" : "early stop, P = 1",
                             static_cast<double>(selection.selected_step),
                             selection.score,
                             boa ? 0 : 1,
                             boa ? 8.0 : 9.5});
    }
  }
}

Drawing panel(const Model& model, const Measure& measure) {
  LineChart chart;
  chart.title = measure.name;
  chart.x = {"adaptation step", Unit::kPlain, true};
  chart.y.unit = measure.unit;
  if (measure.unit == Unit::kPercent) chart.y.low = 0;
  chart.series = lines_of(model, measure);
  chart.width = 440;
  chart.height = 280;
  add_marks(chart, model, measure.name);
  if (measure.unit == Unit::kTimes) chart.reference = 1, chart.reference_label = "the reference";
  chart.legend =
      model.series.size() > 1 || model.runs.size() > 1 || chart.reference || !chart.marks.empty();
  return figures::line_chart(chart);
}

Table trajectory_cells(const Model& model) {
  Table table;
  table.name = "trajectory-by-step";
  table.title = "Rates by adaptation step";
  table.cells =
      Cells({"run", "step", "n", "fast_1", "95 %", "fast_1_strict", "correct", "median speedup"});
  for (const auto& run : model.runs) {
    for (const auto& step : run.records.trajectory.steps) {
      const auto interval = *interval_of(measures()[0], step);
      table.cells.add({run_label(model, run),
                       count_cell(step.step_idx),
                       count_cell(step.n_samples()),
                       percent_cell(step.aggregate_fast_1()),
                       interval_cell(interval.low, interval.high),
                       percent_cell(step.aggregate(&TaskCounts::fast_1_strict)),
                       percent_cell(step.aggregate_correct()),
                       std::isnan(median_speedup(run, step))
                           ? missing_cell()
                           : times_cell(median_speedup(run, step))});
    }
  }
  return table;
}

double task_rate(const StepMetrics& step, const std::string& task) {
  const auto found = step.tasks.find(task);
  if (found == step.tasks.end() || found->second.n == 0) return kNone;
  return static_cast<double>(found->second.fast_1) / found->second.n;
}

bool has_task(const Run& run, const std::string& task) {
  for (const auto& step : run.records.trajectory.steps)
    if (step.tasks.count(task)) return true;
  return false;
}

// Mean over the runs of a series that have the task.
LineSeries task_line(const Model& model, const std::string& name, const std::string& task) {
  LineSeries line{name, model.series_index(name), false, {}};
  std::map<int, std::vector<double>> by_step;
  for (const Run* run : model.runs_of(name)) {
    if (!has_task(*run, task)) continue;
    for (const auto& step : run->records.trajectory.steps)
      if (const double value = task_rate(step, task); !std::isnan(value))
        by_step[step.step_idx].push_back(value);
  }
  for (const auto& [step, values] : by_step) {
    LinePoint point{static_cast<double>(step), mean(values)};
    point.target.data = {{"step", std::to_string(step)}, {"task", task}};
    point.target.title = task + ", " + name + ", step " + std::to_string(step) + ": " +
                         figures::tick_text(std::round(point.y * 1000) / 1000, Unit::kPercent);
    line.points.push_back(std::move(point));
  }
  return line;
}

Figure task_plot(const Model& model) {
  Figure figure;
  figure.name = "trajectory-by-task";
  figure.caption =
      "fast_1 of each task by step; several runs of a series as their mean. A point filters the "
      "rollouts.";
  figure.table.name = figure.name;
  figure.table.title = "fast_1 by task and step";
  figure.table.cells = Cells({"task", "series", "step", "fast_1"}, {false, false, true, true});
  std::vector<Drawing> charts;
  for (const auto& task : model.tasks) {
    LineChart chart;
    chart.title = task;
    chart.x = {"", Unit::kPlain, true};
    chart.y = {"", Unit::kPercent, false, false, 0.0, 1.0};
    chart.width = 212;
    chart.height = 158;
    chart.legend = false;
    for (const auto& name : model.series) chart.series.push_back(task_line(model, name, task));
    for (const auto& line : chart.series)
      for (const auto& point : line.points)
        figure.table.cells.add(
            {task, line.label, count_cell(static_cast<int>(point.x)), percent_cell(point.y)});
    charts.push_back(figures::line_chart(chart));
  }
  figure.drawing = figures::side_by_side(charts, 4, 16);
  return figure;
}

}  // namespace

std::vector<Figure> trajectory_plots(const Model& model) {
  bool any = false;
  for (const auto& run : model.runs) any |= !run.records.trajectory.steps.empty();
  if (!any) return {};
  Figure figure;
  figure.name = "trajectory";
  figure.table = trajectory_cells(model);
  figure.caption =
      "Step s: rollouts sampled after s updates. Rates are means over tasks of the rates of their "
      "samples; bars are "
      "Wilson's 95 % intervals given these tasks. With several runs of a series: a thin line for "
      "each, a thick one for "
      "their mean. A selected step's score is a maximum of noisy values, and so too high. A point "
      "filters the rollouts.";
  std::vector<Drawing> panels;
  for (const auto& measure : measures()) panels.push_back(panel(model, measure));
  figure.drawing = figures::side_by_side(panels, 2, 24);
  return {figure, task_plot(model)};
}

}  // namespace vegttt::report::html

// What each strategy selected: its score in the run beside the score on fresh samples.
#include <cmath>

#include "figures/charts.h"
#include "plots.h"
#include "vegttt/report/statistics.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report::html {
namespace {

using records::Selection;
using records::Strategy;

std::string strategy_text(const Selection& selection) {
  switch (selection.strategy) {
    case Strategy::kArgmax:
      return "BoA";
    case Strategy::kEarlyStop:
      return "early stop, P = " + std::to_string(selection.patience);
    case Strategy::kFixed:
      return "fixed step";
    case Strategy::kOracle:
      return "per-task oracle";
    case Strategy::kPerTaskStop:
      return "per-task stop, P = " + std::to_string(selection.patience);
  }
  return "";
}

// One strategy in all runs of a series.
struct Picked {
  std::string label;
  std::vector<double> steps, scores, rollouts, fresh;
  int fresh_k = 0, fresh_n = 0;
};

std::vector<Picked> picked_by(const Model& model, const std::string& series) {
  std::vector<Picked> list;
  for (const Run* run : model.runs_of(series)) {
    for (const auto& selection : run->selections) {
      const std::string label = strategy_text(selection);
      auto found = list.begin();
      while (found != list.end() && found->label != label) ++found;
      if (found == list.end()) found = list.insert(list.end(), Picked{label});
      found->steps.push_back(selection.selected_step);
      found->scores.push_back(selection.score);
      found->rollouts.push_back(selection.rollouts_spent);
      if (!selection.fresh_score) continue;
      found->fresh.push_back(*selection.fresh_score);
      found->fresh_n += selection.fresh_n;
      found->fresh_k += static_cast<int>(std::lround(*selection.fresh_score * selection.fresh_n));
    }
  }
  return list;
}

figures::Span fresh_interval(const Picked& picked) {
  if (picked.fresh.size() == 1) {
    const auto [low, high] = wilson(picked.fresh_k, picked.fresh_n);
    return {low, high};
  }
  const double centre = mean(picked.fresh), deviation = sample_std(picked.fresh);
  return {centre - deviation, centre + deviation};
}

std::string step_text(const Picked& picked) {
  if (picked.steps.front() < 0) return "-";
  if (picked.steps.size() == 1) return std::to_string(static_cast<int>(picked.steps.front()));
  return number_cell(mean(picked.steps), 1).text + " (mean)";
}

figures::DotRow row_of(const Picked& picked, const std::string& label, int colour) {
  figures::DotRow row{label,
                      {},
                      "step " + step_text(picked) + ", " +
                          std::to_string(std::lround(mean(picked.rollouts))) + " rollouts"};
  row.dots.push_back({mean(picked.scores), std::nullopt, colour, 0, true});
  if (!picked.fresh.empty())
    row.dots.push_back({mean(picked.fresh), fresh_interval(picked), colour, 0, false});
  return row;
}

}  // namespace

std::vector<Figure> selection_plots(const Model& model) {
  Figure figure;
  figure.name = "selection";
  figure.table.name = "selection-by-strategy";
  figure.table.title = "What each strategy selects, and what that cost";
  figure.table.cells = Cells({"series",
                              "strategy",
                              "runs",
                              "step",
                              "score in the run",
                              "fresh",
                              "interval",
                              "fresh n",
                              "rollouts spent"},
                             {false, false, true, true, true, true, true, true, true});
  figures::DotChart chart;
  std::string criterion = "fast_1";
  for (const auto& series : model.series) {
    for (const auto& picked : picked_by(model, series)) {
      const std::string label =
          model.series.size() > 1 ? series + ": " + picked.label : picked.label;
      chart.rows.push_back(row_of(picked, label, model.series_index(series)));
      const auto interval = picked.fresh.empty() ? figures::Span{} : fresh_interval(picked);
      figure.table.cells.add(
          {series,
           picked.label,
           count_cell(static_cast<int>(picked.scores.size())),
           step_text(picked),
           percent_cell(mean(picked.scores)),
           picked.fresh.empty() ? missing_cell() : percent_cell(mean(picked.fresh)),
           picked.fresh.empty() ? missing_cell() : interval_cell(interval.low, interval.high),
           count_cell(picked.fresh_n),
           count_cell(std::lround(mean(picked.rollouts)))});
    }
  }
  if (chart.rows.empty()) return {};
  for (const auto& run : model.runs)
    if (!run.selections.empty()) criterion = run.selections.front().criterion;
  chart.title = criterion + " of what each strategy selects";
  chart.x = {criterion, figures::Unit::kPercent, false, false, 0.0};
  chart.width = 760;
  chart.label_width = model.series.size() > 1 ? 250 : 150;
  chart.legend = {
      {"score in the run: a maximum of noisy values, too high", 6, 0, false, false, true},
      {"fresh samples from the selected checkpoint", 6, 0, false}};
  figure.caption =
      "Interval of a fresh score: Wilson's 95 % for one run, plus and minus one sample standard "
      "deviation over runs "
      "for several. Rollouts differ between rows: early stop pays up to the step that shows the "
      "regression. The oracle "
      "picks a step per task after the fact; no run can.";
  figure.drawing = figures::dot_chart(chart);
  return {figure};
}

}  // namespace vegttt::report::html

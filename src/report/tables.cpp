#include "vegttt/report/tables.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "vegttt/report/statistics.h"

namespace vegttt::report {
namespace {

using records::StepMetrics;
using records::TaskCounts;

std::string percent(double rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * rate);
  return text;
}

std::string interval_text(const Interval& interval) {
  char text[48];
  std::snprintf(text, sizeof text, "[%.1f, %.1f]", 100 * interval.low, 100 * interval.high);
  return text;
}

std::string times(double speedup) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2fx", speedup);
  return text;
}

int total(const StepMetrics& step, int TaskCounts::*count) {
  int sum = 0;
  for (const auto& [task, counts] : step.tasks) sum += counts.*count;
  return sum;
}

// Numbers of level-1 ids in numeric order, which is not their order as text.
std::vector<std::string> tasks_in_order(const StepMetrics& step) {
  std::vector<std::string> ids;
  for (const auto& [task, counts] : step.tasks) ids.push_back(task);
  const auto number = [](const std::string& id) {
    return std::atoi(id.c_str() + id.rfind('/') + 1);
  };
  std::stable_sort(
      ids.begin(), ids.end(), [&](const auto& a, const auto& b) { return number(a) < number(b); });
  return ids;
}

// The same tasks at every step: each gets a column.
bool same_tasks(const records::Trajectory& trajectory) {
  for (const auto& step : trajectory.steps) {
    if (step.tasks.size() != trajectory.steps.front().tasks.size()) return false;
    for (const auto& [task, counts] : step.tasks) {
      if (trajectory.steps.front().tasks.count(task) == 0) return false;
    }
  }
  return true;
}

std::string count_text(const StepMetrics& step, const std::string& task) {
  const auto& counts = step.tasks.at(task);
  return std::to_string(counts.fast_1) + "/" + std::to_string(counts.n);
}

std::string strategy_text(const records::Selection& selection) {
  switch (selection.strategy) {
    case records::Strategy::kArgmax:
      return "BoA (best of all steps)";
    case records::Strategy::kEarlyStop:
      return "early stop, P = " + std::to_string(selection.patience);
    case records::Strategy::kFixed:
      return "fixed step";
    case records::Strategy::kOracle:
      return "per-task oracle";
  }
  return "";
}

std::vector<std::string> selection_row(const records::Selection& selection) {
  const bool oracle = selection.selected_step < 0;
  std::vector<std::string> row = {strategy_text(selection),
                                  oracle ? "-" : std::to_string(selection.selected_step),
                                  percent(selection.score),
                                  std::to_string(selection.rollouts_spent)};
  if (!selection.fresh_score) {
    row.insert(row.end(), {"-", "-", "-"});
    return row;
  }
  const int k = static_cast<int>(std::lround(*selection.fresh_score * selection.fresh_n));
  row.insert(row.end(),
             {percent(*selection.fresh_score),
              interval_text(wilson(k, selection.fresh_n)),
              std::to_string(selection.fresh_n)});
  return row;
}

}  // namespace

Table trajectory_table(const RunRecords& run) {
  const auto& steps = run.trajectory.steps;
  const bool per_task =
      !steps.empty() && same_tasks(run.trajectory) && steps.front().tasks.size() <= 20;
  std::vector<std::string> header = {
      "step", "rollouts", "fast_1", "95 %", "strict", "correct", "median"};
  const auto tasks = per_task ? tasks_in_order(steps.front()) : std::vector<std::string>{};
  header.insert(header.end(), tasks.begin(), tasks.end());
  Table table{"trajectory",
              "Trajectory of " + run.path.filename().string(),
              core::TextTable(header, std::vector<bool>(header.size(), true)),
              {}};
  int unscored = 0;
  for (const auto& step : steps) {
    const auto median = step.more.find("median_speedup");
    std::vector<std::string> row = {
        std::to_string(step.step_idx),
        std::to_string(step.rollouts_so_far),
        percent(step.aggregate_fast_1()),
        interval_text(wilson(total(step, &TaskCounts::fast_1), step.n_samples())),
        percent(step.aggregate(&TaskCounts::fast_1_strict)),
        percent(step.aggregate_correct()),
        median == step.more.end() ? "-" : times(median->second)};
    for (const auto& task : tasks) row.push_back(count_text(step, task));
    table.cells.add(row);
    unscored += total(step, &TaskCounts::unscored);
  }
  table.notes = {
      "Rates are over samples, the mean of the tasks' rates; intervals are Wilson's, given these "
      "tasks. " +
          std::string("`strict`: the 95 % lower bound of the speedup is above 1."),
      "Step s: rollouts sampled after s updates. Columns of tasks: fast_1 of n. Protocol " +
          run.protocol + ", sample seed " + std::to_string(run.seed) + ", " +
          std::to_string(unscored) + " unscored."};
  return table;
}

Table selection_table(const RunRecords& run, const std::vector<records::Selection>& selections) {
  const std::string criterion = selections.empty() ? "fast_1" : selections.front().criterion;
  Table table{
      "selection",
      "Selection in " + run.path.filename().string(),
      core::TextTable(
          {"strategy", "step", criterion, "rollouts", "fresh " + criterion, "95 %", "fresh n"},
          {false, true, true, true, true, true, true}),
      {}};
  for (const auto& selection : selections) table.cells.add(selection_row(selection));
  table.notes = {
      "`" + criterion +
          "` of a selected step is a maximum of noisy values, and so too high; `fresh` is measured "
          "on new samples from the selected checkpoint.",
      "Rollouts differ between rows: early stop pays up to the step that shows the regression. The "
      "oracle picks a "
      "step per task after the fact; no run can."};
  return table;
}

Table best_of_n_table(const RunRecords& run) {
  Table table{"best_of_n",
              "Best of N in " + run.path.filename().string(),
              core::TextTable({"task", "n", "correct", "sample fast_1", "selected", "timed again"},
                              {false, true, true, true, true, true}),
              {}};
  for (const auto& row : run.summary.at("rows")) {
    const bool found = row.at("selected_correct").get<bool>();
    table.cells.add({row.at("problem_id").get<std::string>(),
                     std::to_string(row.at("n").get<int>()),
                     std::to_string(row.at("correct").get<int>()),
                     percent(row.at("sample_fast_1").get<double>()),
                     found ? times(row.at("selected_speedup").get<double>()) : "-",
                     found ? times(row.at("confirmed_speedup").get<double>()) : "-"});
  }
  table.notes = {"Sample fast_1 " + percent(run.summary.at("sample_fast_1").get<double>()) +
                 " (over samples); tasks with a fast "
                 "selected kernel " +
                 percent(run.summary.at("selected_fast_1").get<double>()) +
                 ", still fast when timed again " +
                 percent(run.summary.at("confirmed_fast_1").get<double>()) + " (over tasks)."};
  return table;
}

std::vector<Table> tables_of(const RunRecords& run) {
  std::vector<Table> tables;
  if (!run.trajectory.steps.empty()) tables.push_back(trajectory_table(run));
  if (run.summary.contains("selections")) {
    std::vector<records::Selection> selections;
    for (const auto& one : run.summary.at("selections"))
      selections.push_back(records::selection_from_json(one));
    tables.push_back(selection_table(run, selections));
  }
  if (run.summary.contains("rows")) tables.push_back(best_of_n_table(run));
  return tables;
}

}  // namespace vegttt::report

#include <algorithm>
#include <cstdlib>

#include "vegttt/report/statistics.h"
#include "vegttt/report/tables.h"

namespace vegttt::report {
namespace {

using records::StepMetrics;
using records::TaskCounts;

constexpr std::size_t kMostTaskColumns = 20;

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

Cell count_of(const StepMetrics& step, const std::string& task) {
  const auto& counts = step.tasks.at(task);
  return fraction_cell(counts.fast_1, counts.n);
}

std::vector<Cell> row_of(const StepMetrics& step, const std::vector<std::string>& tasks) {
  const auto median = step.more.find("median_speedup");
  const auto interval = wilson(total(step, &TaskCounts::fast_1), step.n_samples());
  std::vector<Cell> row = {count_cell(step.step_idx),
                           count_cell(step.rollouts_so_far),
                           percent_cell(step.aggregate_fast_1()),
                           interval_cell(interval.low, interval.high),
                           percent_cell(step.aggregate(&TaskCounts::fast_1_strict)),
                           percent_cell(step.aggregate_correct()),
                           median == step.more.end() ? missing_cell() : times_cell(median->second)};
  for (const auto& task : tasks) row.push_back(count_of(step, task));
  return row;
}

}  // namespace

Table trajectory_table(const RunRecords& run) {
  const auto& steps = run.trajectory.steps;
  const bool per_task = !steps.empty() && same_tasks(run.trajectory) &&
                        steps.front().tasks.size() <= kMostTaskColumns;
  std::vector<std::string> header = {
      "step", "rollouts", "fast_1", "95 %", "strict", "correct", "median"};
  const auto tasks = per_task ? tasks_in_order(steps.front()) : std::vector<std::string>{};
  header.insert(header.end(), tasks.begin(), tasks.end());
  Table table;
  table.name = "trajectory";
  table.title = "Trajectory of " + run.path.filename().string();
  table.cells = Cells(header, std::vector<bool>(header.size(), true));
  int unscored = 0;
  for (const auto& step : steps) {
    table.cells.add(row_of(step, tasks));
    unscored += total(step, &TaskCounts::unscored);
  }
  table.notes = {
      "Rates are over samples, the mean of the tasks' rates; intervals are Wilson's, given these "
      "tasks. `strict`: the 95 % lower bound of the speedup is above 1.",
      "Step s: rollouts sampled after s updates. Columns of tasks: fast_1 of n. " +
          std::to_string(unscored) + " unscored."};
  table.circumstances.sample_seeds = {run.seed};
  table.circumstances.protocol = run.protocol;
  table.circumstances.machine = run.machine;
  return table;
}

}  // namespace vegttt::report

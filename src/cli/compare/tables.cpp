#include <fmt/format.h>

#include <cmath>
#include <set>

#include "compare/comparison.h"

namespace vegttt::cli {
namespace {

using report::Cell;
using report::Table;
using Row = Comparison::Row;

bool is_factor(Measure measure) { return measure == Measure::kBestKernel; }

// Speedups are compared by their logarithms and shown as factors.
Cell value_cell(Measure measure, double value) {
  return is_factor(measure) ? report::times_cell(std::exp(value)) : report::percent_cell(value);
}

Cell difference_cell(Measure measure, double value) {
  return is_factor(measure) ? report::times_cell(std::exp(value)) : report::points_cell(value);
}

std::string interval_text(Measure measure, const report::Interval& interval) {
  if (std::isnan(interval.low)) return "-";
  return is_factor(measure)
             ? fmt::format("[{:.2f}x, {:.2f}x]", std::exp(interval.low), std::exp(interval.high))
             : fmt::format("[{:+.1f}, {:+.1f}]", 100 * interval.low, 100 * interval.high);
}

std::string circumstances(const Comparison& comparison) {
  const auto& paired = comparison.rows.front().paired;
  return fmt::format("{} tasks, {} pairs of task and sample seed", paired.tasks, paired.pairs);
}

int paired_tasks(const Comparison& comparison) { return comparison.rows.front().paired.tasks; }

Table verdicts(const Comparison& comparison) {
  Table table;
  table.name = "compare";
  table.title = comparison.b + " against " + comparison.a;
  table.cells = report::Cells(
      {"measure", "A", "B", "B - A", "95 %", "tasks +", "tasks -", "p", "over", "verdict on B"},
      {false, true, true, true, true, true, true, true, false, false});
  for (const auto& row : comparison.rows) {
    const auto& paired = row.paired;
    table.cells.add({name_of(row.measure),
                     value_cell(row.measure, row.a),
                     value_cell(row.measure, row.b),
                     difference_cell(row.measure, paired.difference.value),
                     interval_text(row.measure, paired.difference.interval),
                     report::count_cell(paired.tasks_better),
                     report::count_cell(paired.tasks_worse),
                     report::number_cell(row.given_tasks.p, 3),
                     name_of(row.given_tasks.from),
                     report::name_of(row.verdict)});
  }
  table.answer = fmt::format("B against A: {} by its best kernels, {} by fast_1.",
                             report::name_of(comparison.rows[0].verdict),
                             report::name_of(comparison.rows[1].verdict));
  table.circumstances.n = circumstances(comparison);
  table.circumstances.interval =
      "95 %, percentile bootstrap clustered by task; p: no difference on these tasks, by what it "
      "is "
      "over; -: one value per task, no noise is known";
  table.notes = {"A: " + comparison.a + ". B: " + comparison.b +
                 ". best_kernel: geometric mean over tasks of the best kernel's speedup, 1.00x "
                 "where none was faster; B - A is B's over A's. The others are rates."};
  if (paired_tasks(comparison) < report::kFewestTasks)
    table.notes.push_back("Fewer than " + std::to_string(report::kFewestTasks) +
                          " tasks: descriptive of these; `better` and `worse` need p < .05 as well "
                          "as an interval without zero.");
  for (const auto& warning : comparison.warnings)
    table.notes.push_back("Warning: " + warning + ".");
  return table;
}

// A task's mean over seeds, of the units that both sides have.
double mean_of(const std::string& task, const report::ByUnit& values, const report::ByUnit& other) {
  double sum = 0;
  int n = 0;
  for (const auto& [unit, value] : values) {
    if (unit.first != task || other.count(unit) == 0) continue;
    sum += value;
    ++n;
  }
  return sum / n;
}

void add_cells(const Row& row, const std::string& task, std::vector<Cell>& cells) {
  cells.push_back(value_cell(row.measure, mean_of(task, row.of_a.values, row.of_b.values)));
  cells.push_back(value_cell(row.measure, mean_of(task, row.of_b.values, row.of_a.values)));
  cells.push_back(difference_cell(row.measure, row.paired.by_task.at(task)));
}

Table by_task(const Comparison& comparison) {
  Table table;
  table.name = "compare-tasks";
  table.title = "By task";
  const Row &best = comparison.rows[0], &fast = comparison.rows[1];
  table.cells = report::Cells(
      {"task", "best_kernel A", "best_kernel B", "B - A", "fast_1 A", "fast_1 B", "difference"});
  for (const auto& [task, difference] : best.paired.by_task) {
    std::vector<Cell> cells = {task};
    add_cells(best, task, cells);
    if (fast.paired.by_task.count(task) > 0)
      add_cells(fast, task, cells);
    else  // every sample of the task is unscored on a side
      cells.insert(cells.end(), 3, report::missing_cell());
    table.cells.add(cells);
  }
  return table;
}

Table config_table(const Comparison& comparison) {
  Table table;
  table.name = "compare-config";
  table.title = "Config";
  table.cells = report::Cells({"key", "A", "B"}, {false, false, false});
  for (const auto& one : comparison.config) table.cells.add({one.key, one.a, one.b});
  if (comparison.config.empty())
    table.notes = {"The configs are the same but for names and seeds."};
  return table;
}

core::Json to_json(const Row& row) {
  const auto& paired = row.paired;
  core::Json tasks = core::Json::object();
  for (const auto& [task, value] : paired.by_task) tasks[task] = core::finite_or_name(value);
  const auto number = [](double value) { return core::finite_or_name(value); };
  return {{"measure", name_of(row.measure)},
          {"scale", is_factor(row.measure) ? "log speedup" : "rate"},
          {"a", number(row.a)},
          {"b", number(row.b)},
          {"difference", number(paired.difference.value)},
          {"low", number(paired.difference.interval.low)},
          {"high", number(paired.difference.interval.high)},
          {"p", number(row.given_tasks.p)},
          {"over", name_of(row.given_tasks.from)},
          {"verdict", report::name_of(row.verdict)},
          {"tasks", paired.tasks},
          {"pairs", paired.pairs},
          {"unpaired", paired.unpaired},
          {"tasks_better", paired.tasks_better},
          {"tasks_worse", paired.tasks_worse},
          {"sign_p", number(paired.sign_p)},
          {"by_task", tasks}};
}

}  // namespace

std::vector<Table> tables_of(const Comparison& comparison) {
  return {verdicts(comparison), by_task(comparison), config_table(comparison)};
}

core::Json to_json(const Comparison& comparison) {
  core::Json json = {{"a", comparison.a},
                     {"b", comparison.b},
                     {"measures", core::Json::array()},
                     {"config", core::Json::array()},
                     {"warnings", comparison.warnings}};
  for (const auto& row : comparison.rows) json["measures"].push_back(to_json(row));
  for (const auto& one : comparison.config)
    json["config"].push_back({{"key", one.key}, {"a", one.a}, {"b", one.b}});
  return json;
}

}  // namespace vegttt::cli

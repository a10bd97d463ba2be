#include <algorithm>
#include <cmath>

#include "../campaign/circumstances.h"
#include "step_diagnostics.h"
#include "vegttt/report/diagnostics.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report {
namespace {

const std::vector<std::string>& saturation_header() {
  static const std::vector<std::string> header = {"step",
                                                  "fast_1",
                                                  "strict",
                                                  "entropy",
                                                  "KL to theta_0",
                                                  "distinct",
                                                  "share",
                                                  "rho",
                                                  "rho in tasks",
                                                  "rho less length",
                                                  "n",
                                                  "flat groups",
                                                  "largest task"};
  return header;
}

Cell significant(double value) {
  if (std::isnan(value)) return missing_cell();
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return {text, value};
}

double largest_share(const StepDiagnostics& step) {
  double largest = std::nan("");
  for (const auto& [task, share] : step.gradient_share)
    largest = std::isnan(largest) ? share : std::max(largest, share);
  return largest;
}

std::vector<Cell> cells_of(const StepDiagnostics& step) {
  return {count_cell(step.step),
          percent_cell(step.fast_1),
          percent_cell(step.fast_1_strict),
          significant(step.entropy),
          significant(step.kl_theta0),
          number_cell(step.distinct, 1),
          percent_cell(step.distinct_share, 0),
          number_cell(step.likelihood_speedup),
          number_cell(step.within_tasks),
          number_cell(step.length_partial),
          count_cell(step.correlated),
          step.groups == 0 ? missing_cell() : fraction_cell(step.flat_groups, step.groups),
          percent_cell(largest_share(step), 0)};
}

std::vector<std::string> saturation_notes() {
  return {
      "`distinct`: kernels that differ after comments and blanks are gone, mean over tasks; "
      "`share`: "
      "of the rollouts with code. `rho`: Spearman's of mean log-prob and speedup over correct "
      "rollouts (n); within tasks, the mean of the tasks with at least 4.",
      "`flat groups`: tasks whose rollouts all earned the same, which teach nothing. `largest "
      "task`: its share of the sum of |advantage|.",
      "Entropy and KL at step s are as recorded with that step; `-`: not recorded."};
}

// Mean over runs of what is there.
double mean_of(const std::vector<const StepDiagnostics*>& steps,
               double (*member)(const StepDiagnostics&)) {
  std::vector<double> values;
  for (const auto* step : steps) {
    const double value = member(*step);
    if (!std::isnan(value)) values.push_back(value);
  }
  return mean(values);
}

std::vector<Cell> mean_row(const std::string& label,
                           int index,
                           const std::vector<const StepDiagnostics*>& steps) {
  using Step = const StepDiagnostics&;
  int groups = 0, flat = 0, correlated = 0;
  for (const auto* step : steps) {
    groups += step->groups;
    flat += step->flat_groups;
    correlated += step->correlated;
  }
  return {label,
          count_cell(static_cast<std::int64_t>(steps.size())),
          count_cell(index),
          percent_cell(mean_of(steps, [](Step s) { return s.fast_1; })),
          percent_cell(mean_of(steps, [](Step s) { return s.fast_1_strict; })),
          significant(mean_of(steps, [](Step s) { return s.entropy; })),
          significant(mean_of(steps, [](Step s) { return s.kl_theta0; })),
          number_cell(mean_of(steps, [](Step s) { return s.distinct; }), 1),
          percent_cell(mean_of(steps, [](Step s) { return s.distinct_share; }), 0),
          number_cell(mean_of(steps, [](Step s) { return s.likelihood_speedup; })),
          number_cell(mean_of(steps, [](Step s) { return s.within_tasks; })),
          number_cell(mean_of(steps, [](Step s) { return s.length_partial; })),
          count_cell(correlated),
          groups == 0 ? missing_cell() : fraction_cell(flat, groups),
          percent_cell(mean_of(steps, largest_share), 0)};
}

}  // namespace

Table saturation_table(const RunRecords& run) {
  Table table;
  table.name = "saturation";
  table.title = "Saturation of " + run.path.filename().string();
  table.cells = Cells(saturation_header(), std::vector<bool>(saturation_header().size(), true));
  for (const auto& step : diagnostics_of(run)) table.cells.add(cells_of(step));
  table.notes = saturation_notes();
  table.circumstances.sample_seeds = {run.seed};
  table.circumstances.protocol = run.protocol;
  table.circumstances.machine = run.machine;
  return table;
}

Table gradient_share_table(const RunRecords& run) {
  const auto steps = diagnostics_of(run);
  std::vector<std::string> header = {"task"};
  std::map<std::string, std::vector<Cell>> rows;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    header.push_back("step " + std::to_string(steps[s].step));
    for (const auto& [task, share] : steps[s].gradient_share)
      rows.emplace(task, std::vector<Cell>(steps.size() + 1, missing_cell())).first->second[s + 1] =
          percent_cell(share);
  }
  Table table;
  table.name = "gradient_share";
  table.title = "Who moves the weights in " + run.path.filename().string();
  table.cells = Cells(header);
  for (auto& [task, row] : rows) {
    row[0] = task;
    table.cells.add(row);
  }
  table.notes = {"Share of each task in the sum of |advantage| over the rollouts of a step."};
  table.circumstances.sample_seeds = {run.seed};
  return table;
}

std::vector<Table> diagnostics_tables(const Campaign& campaign) {
  Table table;
  table.name = "campaign/saturation";
  table.title = campaign.title + ": saturation by step";
  std::vector<std::string> header = {"method", "runs"};
  header.insert(header.end(), saturation_header().begin(), saturation_header().end());
  table.cells = Cells(header);
  for (const auto& label : campaign.labels()) {
    std::vector<std::vector<StepDiagnostics>> runs;
    for (const auto& run : campaign.runs) {
      if (run.label == label && run.done()) runs.push_back(diagnostics_of(*run.records));
    }
    std::map<int, std::vector<const StepDiagnostics*>> by_step;
    for (const auto& run : runs) {
      for (const auto& step : run) by_step[step.step].push_back(&step);
    }
    for (const auto& [index, steps] : by_step) table.cells.add(mean_row(label, index, steps));
  }
  table.notes = saturation_notes();
  table.notes.push_back("Means over the runs of a method that reached the step.");
  table.circumstances = circumstances_of(campaign);
  return {table};
}

}  // namespace vegttt::report

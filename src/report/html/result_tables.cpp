#include <algorithm>
#include <cmath>

#include "sections.h"
#include "vegttt/core/error.h"
#include "vegttt/report/diagnostics.h"
#include "vegttt/report/statistics.h"
#include "vegttt/report/statistics/moments.h"
#include "vegttt/report/tables.h"

namespace vegttt::report::html {
namespace {

// "37.5 %", or "37.5 ± 2.1 %" over several runs.
Cell spread_cell(const std::vector<double>& rates) {
  if (rates.empty()) return missing_cell();
  const double centre = mean(rates), deviation = sample_std(rates);
  if (std::isnan(deviation)) return percent_cell(centre);
  return {number_cell(100 * centre, 1).text + " ± " + number_cell(100 * deviation, 1).text + " %",
          centre};
}

// Of a series: one value for each run that has it.
struct Rates {
  std::vector<double> first, selected, fresh, steps;
  int rollouts = 0, fresh_n = 0;
  std::set<std::string> criteria;
};

Rates rates_of(const Model& model, const std::string& series) {
  Rates rates;
  for (const Run* run : model.runs_of(series)) {
    rates.rollouts += static_cast<int>(run->rows.size());
    const auto& steps = run->records.trajectory.steps;
    const bool strict =
        !run->selections.empty() && run->selections.front().criterion == "fast_1_strict";
    rates.criteria.insert(strict ? "fast_1_strict" : "fast_1");
    if (!steps.empty())
      rates.first.push_back(steps.front().aggregate(strict ? &records::TaskCounts::fast_1_strict
                                                           : &records::TaskCounts::fast_1));
    for (const auto& selection : run->selections) {
      if (selection.strategy != records::Strategy::kArgmax) continue;
      rates.selected.push_back(selection.score);
      rates.steps.push_back(selection.selected_step);
      if (!selection.fresh_score) continue;
      rates.fresh.push_back(*selection.fresh_score);
      rates.fresh_n += selection.fresh_n;
    }
  }
  return rates;
}

Table by_series(const Model& model) {
  Table table;
  table.name = "result";
  table.title = "Before adaptation, at the selected step, and on fresh samples from it";
  table.cells = Cells({"series",
                       "runs",
                       "rollouts",
                       "criterion",
                       "step 0",
                       "selected step",
                       "its score",
                       "fresh",
                       "fresh n"},
                      {false, true, true, false, true, true, true, true, true});
  for (const auto& series : model.series) {
    const Rates rates = rates_of(model, series);
    table.cells.add({series,
                     count_cell(static_cast<int>(model.runs_of(series).size())),
                     count_cell(rates.rollouts),
                     rates.criteria.empty() ? "-" : *rates.criteria.begin(),
                     spread_cell(rates.first),
                     rates.steps.empty()
                         ? missing_cell()
                         : number_cell(mean(rates.steps), rates.steps.size() == 1 ? 0 : 1),
                     spread_cell(rates.selected),
                     spread_cell(rates.fresh),
                     count_cell(rates.fresh_n)});
  }
  table.notes = {
      "Rates are over samples, the mean of the tasks' rates; over several runs: mean ± sample "
      "standard deviation of runs.",
      "The score of a selected step is a maximum of noisy values and so too high; only `fresh` "
      "says what the checkpoint is worth. Compare it with step 0, and look at the intervals in "
      "section 3."};
  return table;
}

// A campaign whose tables are refused still has its rollouts and figures, and says why.
std::vector<Table> tables_of_campaign(const Campaign& campaign) {
  try {
    return campaign_tables(campaign);
  } catch (const core::UserError& error) {
    Table table;
    table.name = "campaign";
    table.title = "The campaign's tables are refused";
    table.notes = {error.what()};
    return {table};
  }
}

void add_campaign_tables(const Campaign& campaign, Tables& tables) {
  for (auto& table : tables_of_campaign(campaign)) {
    const bool diversity = table.name.find("saturation") != std::string::npos ||
                           table.name.find("gradient") != std::string::npos;
    const bool spent = table.name == "campaign/budget" || table.name == "campaign/outside";
    auto& section = spent ? tables.compute : diversity ? tables.diversity : tables.result;
    section.push_back(std::move(table));
  }
}

// One of several runs says whose it is; many are left to `vegttt show`.
void add_best_of_n(const Model& model, Tables& tables) {
  for (const auto& run : model.runs) {
    const auto& summary = run.records.summary;
    if (!summary.contains("rows") || tables.result.size() > kMostParts) continue;
    const std::string suffix = model.runs.size() > 1 ? "-" + run.name : "";
    tables.result.push_back(best_of_n_table(run.records));
    tables.result.back().name += suffix;
    if (!summary.contains("selections")) continue;
    tables.selection.push_back(selection_rules_table(run.records));
    tables.selection.back().name += suffix;
  }
}

}  // namespace

void add_result_tables(const Model& model, Tables& tables) {
  if (model.campaign) add_campaign_tables(*model.campaign, tables);
  tables.result.push_back(by_series(model));
  if (model.campaign) return;
  add_best_of_n(model, tables);
  if (model.runs.size() != 1 || model.rollouts() == 0) return;
  const auto& run = model.runs.front().records;
  tables.diversity = {saturation_table(run), gradient_share_table(run)};
}

}  // namespace vegttt::report::html

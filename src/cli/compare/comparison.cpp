#include "compare/comparison.h"

#include "vegttt/core/error.h"

namespace vegttt::cli {
namespace {

// Over tasks of the mean over seeds, as the difference is.
double mean_over_tasks(const report::ByUnit& values, const report::ByUnit& other) {
  std::map<std::string, std::pair<double, int>> tasks;
  for (const auto& [unit, value] : values) {
    if (other.count(unit) == 0) continue;
    tasks[unit.first].first += value;
    ++tasks[unit.first].second;
  }
  double sum = 0;
  for (const auto& [task, total] : tasks) sum += total.first / total.second;
  return tasks.empty() ? 0 : sum / static_cast<double>(tasks.size());
}

Comparison::Row row_of(const Side& a, const Side& b, Measure measure, bool seeds) {
  Comparison::Row row;
  row.measure = measure;
  row.of_a = values_of(a, measure, seeds);
  row.of_b = values_of(b, measure, seeds);
  row.a = mean_over_tasks(row.of_a.values, row.of_b.values);
  row.b = mean_over_tasks(row.of_b.values, row.of_a.values);
  row.paired = report::compare_paired(row.of_b.values, row.of_a.values);
  if (row.paired.pairs == 0)
    throw core::UserError(
        "have no task and sample seed in common", a.name + ", " + b.name, "vegttt show RUN");
  row.given_tasks = report::given_these_tasks(row.paired, row.of_b.counts, row.of_a.counts);
  row.verdict = report::verdict_of(row.paired, row.given_tasks.p);
  return row;
}

bool is_a_name(const std::string& key) {
  return key == "name" || key == "description" || key == "seed";
}

}  // namespace

Comparison compare(const Side& a, const Side& b) {
  Comparison comparison{a.name, b.name, {}, {}, {}};
  // One run against one: their tasks are paired whatever their seeds are.
  const bool seeds = a.runs.size() > 1 || b.runs.size() > 1;
  for (const Measure measure : all_measures())
    comparison.rows.push_back(row_of(a, b, measure, seeds));
  for (auto& one : differences(a.runs.front().config, b.runs.front().config)) {
    if (!is_a_name(one.key)) comparison.config.push_back(std::move(one));
  }
  auto& warnings = comparison.warnings;
  warnings = unfair(a, b);
  if (!seeds && a.runs.front().seed != b.runs.front().seed)
    warnings.push_back("the sample seeds differ: chance differs as well");
  const int unpaired = comparison.rows.front().paired.unpaired;
  if (unpaired > 0)
    warnings.push_back(std::to_string(unpaired) +
                       " pairs of task and seed are on one side only and were left out");
  for (const Side* side : {&a, &b})
    warnings.insert(warnings.end(), side->warnings.begin(), side->warnings.end());
  return comparison;
}

}  // namespace vegttt::cli

// Tables 5.2 and D.2: Best-of-N by task.
#include <algorithm>
#include <cmath>

#include "assemble.h"
#include "our_runs.h"
#include "tables_of_paper.h"
#include "vegttt/report/statistics/moments.h"
#include "vegttt/report/statistics/pass_at_k.h"

namespace vegttt::report::paper {
namespace {

RowCells counted_row(int fast, int correct, int n) {
  return {percent_cell(fast > 0 ? 1 : 0),
          percent_cell(static_cast<double>(fast) / n),
          percent_cell(static_cast<double>(correct) / n),
          wilson_cell(fast, n),
          fraction_cell(fast, n),
          percent_cell(pass_at_k(fast, n, 8))};
}

// What one task got over the runs of all sample seeds.
struct TaskSum {
  int fast = 0, correct = 0, n = 0, runs = 0, selected_fast = 0;
  double best = 0, confirmed_low = 0;
};

std::map<std::string, TaskSum> sums_by_task(const Runs& runs) {
  std::map<std::string, TaskSum> tasks;
  for (const auto* run : runs) {
    const auto* step = step_of(*run, Kind::kBestOfN);
    if (step == nullptr) continue;
    for (const auto& [id, counts] : step->tasks) {
      auto& sum = tasks[id];
      sum.fast += counts.fast_1;
      sum.correct += counts.correct;
      sum.n += counts.n;
      sum.selected_fast += counts.fast_1 > 0;
      sum.best = std::max(sum.best, counts.best_speedup);
      ++sum.runs;
    }
  }
  return tasks;
}

RowCells our_row(const TaskSum& sum) {
  return {percent_cell(static_cast<double>(sum.selected_fast) / sum.runs),
          percent_cell(static_cast<double>(sum.fast) / sum.n),
          percent_cell(static_cast<double>(sum.correct) / sum.n),
          wilson_cell(sum.fast, sum.n),
          fraction_cell(sum.fast, sum.n),
          percent_cell(pass_at_k(sum.fast, sum.n, 8))};
}

std::string flags_of(double speedup) { return speedup > 10 ? "over 10x" : "-"; }

}  // namespace

Table best_of_n_selection(const Campaign* campaign) {
  PaperTable table("paper/table-5.2", {"95 %", "n", "pass@8"});
  const auto& bon = counts().best_of_n_1;
  int fast = 0, correct = 0, n = 0;
  std::vector<Stratum> strata;
  for (const auto& [task, k] : bon.fast) {
    table.counts(std::to_string(task), counted_row(k, bon.correct.at(task), bon.samples));
    strata.push_back({k, bon.samples});
    fast += k;
    correct += bon.correct.at(task);
    n += bon.samples;
  }
  auto mean_row = counted_row(fast, correct, n);
  mean_row[5] = percent_cell(mean_pass_at_k(strata, 8).value);
  table.counts("Mean", mean_row);

  const auto sums = sums_by_task(runs_of(campaign, Kind::kBestOfN, "1"));
  TaskSum all;
  for (const auto& [id, sum] : sums) {
    table.ours(number_of_task(id), our_row(sum));
    all.fast += sum.fast;
    all.correct += sum.correct;
    all.n += sum.n;
    all.selected_fast += sum.selected_fast;
    all.runs += sum.runs;
  }
  if (!sums.empty()) {
    strata.clear();
    for (const auto& [id, sum] : sums) strata.push_back({sum.fast, sum.n});
    auto row = our_row(all);
    row[5] = percent_cell(mean_pass_at_k(strata, 8).value);
    table.ours("Mean", row);
  }
  table.note(
      "pass@1 here, as in the paper: the fastest correct kernel of all N is faster than 1x. "
      "pass@8: "
      "at least one of 8 samples is, unbiased from n.");
  return table.build();
}

Table selected_speedups(const Campaign* campaign) {
  PaperTable table("paper/table-d.2", {"timed anew", "95 %", "flag"});
  for (const auto& row : published_table("paper/table-d.2").rows) {
    const double speedup = printed_value(row.cells[1]);
    table.counts(row.cells[0], {missing_cell(), missing_cell(), missing_cell(), flags_of(speedup)});
  }
  const auto runs = runs_of(campaign, Kind::kBestOfN, "1");
  for (const auto& [id, sum] : sums_by_task(runs)) {
    double anew = std::nan(""), low = anew, high = anew;
    for (const auto* run : runs) {
      const auto best = run->best.find(id);
      if (best == run->best.end() || !(std::isnan(anew) || best->second.speedup > anew)) continue;
      anew = best->second.speedup;
      low = best->second.low;
      high = best->second.high;
    }
    char interval[48] = "-";
    if (!std::isnan(anew)) std::snprintf(interval, sizeof interval, "[%.2f, %.2f]", low, high);
    table.ours(number_of_task(id),
               {times_cell(sum.best), times_cell(anew), interval, flags_of(sum.best)});
  }
  table.note(
      "`over 10x`: what KernelBench marks as excessive. In ours a kernel faster than the machine's "
      "floor is `suspicious` and cannot be selected. The largest of all seeds.");
  return table.build();
}

}  // namespace vegttt::report::paper

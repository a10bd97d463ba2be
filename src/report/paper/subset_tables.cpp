// Section 5.6: Best-of-N against BoA on two subsets, and Figure 4.
#include <cmath>

#include "assemble.h"
#include "our_runs.h"
#include "tables_of_paper.h"
#include "vegttt/report/statistics/tests.h"

namespace vegttt::report::paper {
namespace {

Pool published_pool(const Counts::OfTasks& tasks) {
  Pool pool;
  for (const auto& [task, k] : tasks.fast) {
    pool.fast += k;
    pool.n += tasks.samples;
  }
  return pool;
}

Pool pool_of_stratum(const Stratum& stratum) {
  Pool pool;
  pool.fast = stratum.k;
  pool.n = stratum.n;
  return pool;
}

// Subset 1's BoA after one update, from the trajectory.
Counts::OfTasks published_step_1() {
  Counts::OfTasks tasks;
  tasks.samples = counts().trajectory_samples;
  for (const auto& [task, by_step] : counts().trajectory) tasks.fast[task] = by_step[1];
  return tasks;
}

RowCells budget_row(const Pool& pool, int rollouts, const Pool* baseline) {
  RowCells cells = {count_cell(rollouts), fast_cell(pool)};
  cells.push_back(baseline == nullptr ? Cell("baseline")
                                      : points_cell(pool.rate() - baseline->rate()));
  cells.push_back(wilson_of(pool));
  cells.push_back(fraction_cell(pool.fast, pool.n));
  cells.push_back(baseline == nullptr
                      ? missing_cell()
                      : number_cell(fisher_exact(pool.fast, pool.n, baseline->fast, baseline->n)));
  return cells;
}

Pool step_pool(const Runs& runs, int step) {
  Pool pool;
  for (const auto* run : runs) {
    if (const auto* metrics = step_at(*run, step)) pool.add(*metrics);
  }
  return pool;
}

// Best-of-N's rate against BoA's after one update, of one task.
RowCells task_row(const Stratum& bon, const Stratum& boa) {
  const double of_bon = static_cast<double>(bon.k) / bon.n,
               of_boa = static_cast<double>(boa.k) / boa.n;
  const double difference = std::abs(of_boa - of_bon);
  const char* winner = of_boa > of_bon ? "BoA" : of_boa < of_bon ? "Best-of-N" : "Tie";
  return {percent_cell(of_bon),
          percent_cell(of_boa),
          winner,
          difference == 0 ? missing_cell() : Cell(points_cell(difference)),
          number_cell(fisher_exact(bon.k, bon.n, boa.k, boa.n)),
          fraction_cell(bon.k, bon.n),
          fraction_cell(boa.k, boa.n)};
}

std::map<std::string, Stratum> by_task(const Runs& runs, int step) {
  std::map<std::string, Stratum> tasks;
  for (const auto* run : runs) {
    const auto* metrics = step_at(*run, step);
    if (metrics == nullptr) continue;
    for (const auto& [id, counts] : metrics->tasks) {
      tasks[id].k += counts.fast_1;
      tasks[id].n += counts.n;
    }
  }
  return tasks;
}

RowCells regime_row(const Pool& bon, const Pool& boa, const std::string& reading) {
  const double p = fisher_exact(boa.fast, boa.n, bon.fast, bon.n);
  return {fast_cell(bon),
          points_cell(boa.rate() - bon.rate()),
          reading.empty() ? (p < 0.05 ? "differs" : "not told apart") : reading,
          number_cell(p),
          fraction_cell(bon.fast, bon.n),
          fraction_cell(boa.fast, boa.n)};
}

}  // namespace

Table equal_budget(const Campaign* campaign) {
  PaperTable table("paper/equal-budget", {"95 %", "n", "Fisher p"});
  const auto& c = counts();
  const auto bon = published_pool(c.best_of_n_2);
  const auto step_0 = pool_of_stratum(c.boa_step_0_subset_2);
  const auto step_1 = published_pool(c.boa_step_1_subset_2);
  table.counts("Best-of-N (K=64)", budget_row(bon, bon.n, nullptr));
  table.counts("BoA Step 0", budget_row(step_0, step_0.n, &bon));
  table.counts("BoA Step 1", budget_row(step_1, 2 * step_1.n, &bon));
  const auto bon_runs = runs_of(campaign, Kind::kBestOfN, "2");
  const auto boa_runs = runs_of(campaign, Kind::kBoa, "2");
  if (!bon_runs.empty()) {
    const auto ours = step_pool(bon_runs, 0);
    table.ours("Best-of-N (K=64)", budget_row(ours, ours.rollouts, nullptr));
    for (const int step : {0, 1}) {
      const auto boa = step_pool(boa_runs, step);
      if (boa.n > 0)
        table.ours("BoA Step " + std::to_string(step), budget_row(boa, boa.rollouts, &ours));
    }
  }
  table.note("Rollouts of one run up to that step. Delta against Best-of-N, pooled over samples.");
  return table.build();
}

Table per_task(const Campaign* campaign) {
  PaperTable table("paper/per-task", {"Fisher p", "n of Best-of-N", "n of BoA"});
  const auto& c = counts();
  for (const auto& [task, k] : c.best_of_n_2.fast)
    table.counts(std::to_string(task),
                 task_row({k, c.best_of_n_2.samples},
                          {c.boa_step_1_subset_2.fast.at(task), c.boa_step_1_subset_2.samples}));
  const auto bon = by_task(runs_of(campaign, Kind::kBestOfN, "2"), 0);
  const auto boa = by_task(runs_of(campaign, Kind::kBoa, "2"), 1);
  for (const auto& [id, of_bon] : bon) {
    const auto of_boa = boa.find(id);
    if (of_boa != boa.end() && of_bon.n > 0 && of_boa->second.n > 0)
      table.ours(number_of_task(id), task_row(of_bon, of_boa->second));
  }
  table.note("A winner with a p above .05 is a draw of samples; five tasks are five tests.");
  return table.build();
}

Table regime(const Campaign* campaign) {
  PaperTable table("paper/regime", {"Fisher p", "n of Best-of-N", "n of BoA"});
  const auto& c = counts();
  table.counts(
      "Subset 1 (moderate)",
      regime_row(pool_of_stratum(c.older_best_of_n), pool_of_stratum(c.older_boa_step_1), ""));
  table.counts_elsewhere("Subset 1 (moderate)",
                         regime_row(published_pool(c.best_of_n_1),
                                    published_pool(published_step_1()),
                                    "tables 5.2 and section 5.2, step 1"));
  table.counts(
      "Subset 2 (hard)",
      regime_row(published_pool(c.best_of_n_2), published_pool(c.boa_step_1_subset_2), ""));
  const std::vector<std::pair<std::string, std::string>> names = {{"Subset 1 (moderate)", "1"},
                                                                  {"Subset 2 (hard)", "2"}};
  for (const auto& [name, subset] : names) {
    const auto bon = step_pool(runs_of(campaign, Kind::kBestOfN, subset), 0);
    const auto boa = step_pool(runs_of(campaign, Kind::kBoa, subset), 1);
    if (bon.n > 0 && boa.n > 0) table.ours(name, regime_row(bon, boa, ""));
  }
  table.note(
      "BoA after one update, as in the equal-budget table. p: Fisher's exact, pooled samples.");
  return table.build();
}

Table figure_regime(const Campaign* campaign) {
  Table table;
  table.name = "paper/figure-4";
  table.title = "Figure 4: BoA - Best-of-N against base coverage, line at 30 %";
  table.cells = Cells({"source", "subset", "task", "base coverage", "BoA - Best-of-N", "Fisher p"},
                      {false, false, true, true, true, true});
  const auto add = [&](const char* source,
                       const std::string& subset,
                       const std::string& task,
                       const Stratum& bon,
                       const Stratum& boa) {
    if (bon.n == 0 || boa.n == 0) return;
    const double of_bon = static_cast<double>(bon.k) / bon.n;
    const double of_boa = static_cast<double>(boa.k) / boa.n;
    table.cells.add({source,
                     subset,
                     task,
                     percent_cell(of_bon),
                     points_cell(of_boa - of_bon),
                     number_cell(fisher_exact(bon.k, bon.n, boa.k, boa.n), 4)});
  };
  const auto add_published =
      [&](const std::string& subset, const Counts::OfTasks& bon, const Counts::OfTasks& boa) {
        for (const auto& [task, k] : bon.fast)
          add("counts",
              subset,
              std::to_string(task),
              {k, bon.samples},
              {boa.fast.at(task), boa.samples});
      };
  add_published("1", counts().best_of_n_1, published_step_1());
  add_published("2", counts().best_of_n_2, counts().boa_step_1_subset_2);
  for (const std::string subset : {"1", "2"}) {
    const auto bon = by_task(runs_of(campaign, Kind::kBestOfN, subset), 0);
    const auto boa = by_task(runs_of(campaign, Kind::kBoa, subset), 1);
    for (const auto& [id, of_bon] : bon) {
      const auto found = boa.find(id);
      if (found != boa.end()) add("ours", subset, number_of_task(id), of_bon, found->second);
    }
  }
  table.notes = {"Base coverage: Best-of-N's sample rate; BoA after one update.",
                 "[14] " + inconsistency("14"),
                 "[16] " + inconsistency("16")};
  return table;
}

}  // namespace vegttt::report::paper

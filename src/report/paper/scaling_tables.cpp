// What the successor of the paper adds: how Best-of-N grows with K, and the K that adaptation is
// worth.
#include <algorithm>
#include <cmath>

#include "our_runs.h"
#include "published.h"
#include "tables_of_paper.h"
#include "vegttt/report/statistics/moments.h"
#include "vegttt/report/statistics/pass_at_k.h"

namespace vegttt::report::paper {
namespace {

constexpr int kLargest = 1 << 12;

std::vector<Stratum> strata_of(const Counts::OfTasks& tasks) {
  std::vector<Stratum> strata;
  for (const auto& [task, k] : tasks.fast) strata.push_back({k, tasks.samples});
  return strata;
}

std::vector<Stratum> strata_of(const records::StepMetrics& step) {
  std::vector<Stratum> strata;
  for (const auto& [task, counts] : step.tasks) {
    if (counts.n > 0) strata.push_back({counts.fast_1, counts.n});
  }
  return strata;
}

// Samples of all seeds of a task are samples of one policy.
std::vector<Stratum> pooled_by_task(const Runs& runs) {
  std::map<std::string, Stratum> tasks;
  for (const auto* run : runs) {
    const auto* step = step_of(*run, Kind::kBestOfN);
    if (step == nullptr) continue;
    for (const auto& [task, counts] : step->tasks) {
      tasks[task].k += counts.fast_1;
      tasks[task].n += counts.n;
    }
  }
  std::vector<Stratum> strata;
  for (const auto& [task, stratum] : tasks) {
    if (stratum.n > 0) strata.push_back(stratum);
  }
  return strata;
}

int fewest(const std::vector<Stratum>& strata) {
  int n = strata.empty() ? 0 : kLargest;
  for (const auto& one : strata) n = std::min(n, one.n);
  return n;
}

double mean_at(const std::vector<Stratum>& strata, int k) {
  std::vector<double> values;
  for (const auto& one : strata) values.push_back(pass_at_k(one.k, one.n, k));
  return mean(values);
}

// Over the seeds' own estimates.
double std_at(const Runs& runs, int k) {
  std::vector<double> values;
  for (const auto* run : runs) {
    const auto* step = step_of(*run, Kind::kBestOfN);
    if (step == nullptr) continue;
    const auto strata = strata_of(*step);
    if (fewest(strata) >= k) values.push_back(mean_at(strata, k));
  }
  return sample_std(values);
}

void add_scaling(Cells& cells,
                 const std::string& source,
                 const std::vector<Stratum>& strata,
                 const Runs& runs) {
  for (int k = 1; k <= fewest(strata); k *= 2) {
    const auto result = mean_pass_at_k(strata, k);
    cells.add({source,
               count_cell(k),
               percent_cell(result.value),
               runs.empty() ? missing_cell() : percent_cell(std_at(runs, k)),
               interval_cell(result.interval.low, result.interval.high),
               count_cell(static_cast<std::int64_t>(strata.size())),
               count_cell(fewest(strata))});
  }
}

// The K at which Best-of-N reaches a rate, between whole ones along log K; below 1 where one sample
// is enough already, in proportion.
double equivalent_k(const std::vector<Stratum>& bon, double rate) {
  const double one = mean_at(bon, 1);
  if (rate <= one) return one == 0 ? std::nan("") : rate / one;
  for (int k = 2; k <= fewest(bon); ++k) {
    const double before = mean_at(bon, k - 1), here = mean_at(bon, k);
    if (here < rate) continue;
    const double share = (rate - before) / (here - before);
    return std::exp(std::log(k - 1) + share * (std::log(k) - std::log(k - 1)));
  }
  return std::nan("");
}

void add_equivalent(Cells& cells,
                    const std::string& source,
                    const std::string& method,
                    const std::vector<Stratum>& bon,
                    const Pool& pool) {
  if (bon.empty() || pool.n == 0) return;
  const auto interval = wilson(pool.fast, pool.n);
  cells.add({source,
             method,
             percent_cell(mean_at(bon, 1)),
             percent_cell(pool.rate()),
             interval_cell(interval.low, interval.high),
             number_cell(equivalent_k(bon, pool.rate())),
             number_cell(equivalent_k(bon, interval.low)),
             number_cell(equivalent_k(bon, interval.high))});
}

}  // namespace

Table best_of_n_scaling(const Campaign* campaign) {
  Table table;
  table.name = "successor/best-of-n-scaling";
  table.title = "Best-of-N by K: tasks with a fast kernel among K samples";
  table.cells = Cells({"source", "K", "pass@K", "std of seeds", "95 %", "tasks", "n a task"});
  add_scaling(table.cells, "counts, subset 1", strata_of(counts().best_of_n_1), {});
  add_scaling(table.cells, "counts, subset 2", strata_of(counts().best_of_n_2), {});
  for (const std::string subset : {"1", "2"}) {
    const auto runs = runs_of(campaign, Kind::kBestOfN, subset);
    add_scaling(table.cells, "ours, subset " + subset, pooled_by_task(runs), runs);
  }
  table.notes = {
      "Unbiased from n samples a task: 1 - C(n - c, K) / C(n, K). Intervals: bootstrap over tasks "
      "and "
      "their samples, percentile. The successor paper prints such a table; its numbers are of "
      "other "
      "runs."};
  return table;
}

Table equivalent_samples(const Campaign* campaign) {
  Table table;
  table.name = "successor/equivalent-k";
  table.title = "Adaptation in samples: the K of Best-of-N with the rate of one adapted sample";
  table.cells = Cells({"source", "method", "pass@1", "fast_1", "95 %", "K", "K low", "K high"},
                      {false, false, true, true, true, true, true, true});
  const auto published = strata_of(counts().best_of_n_1);
  Pool boa;
  boa.fast = counts().boa.at(42);
  boa.n = counts().seed_samples;
  add_equivalent(table.cells, "counts, subset 1", "Batch-TTT BoA, seed 42", published, boa);
  const std::vector<std::pair<std::string, Kind>> methods = {
      {"Batch-TTT BoA", Kind::kBoa},
      {"SDPO Prompt-Only", Kind::kPromptOnly},
      {"SDPO Feedback", Kind::kFeedback}};
  const auto bon = pooled_by_task(runs_of(campaign, Kind::kBestOfN, "1"));
  for (const auto& [name, kind] : methods)
    add_equivalent(
        table.cells, "ours, fresh", name, bon, fresh_pool_of(runs_of(campaign, kind, "1")));
  table.notes = {
      "K: where pass@K of Best-of-N equals the adapted policy's rate, interpolated along log K; "
      "below "
      "1 in proportion to pass@1; `-` beyond what n samples can say. Published: the selected "
      "step's "
      "own score, a maximum; ours: fresh samples. The cost of adapting is not in K."};
  return table;
}

}  // namespace vegttt::report::paper

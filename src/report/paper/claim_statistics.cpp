// What the counts say about the central claim, that one or two steps suffice and then it regresses:
// the same questions to the published trajectory and to ours.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "published_trajectory.h"
#include "tables_of_paper.h"
#include "vegttt/report/statistics.h"

namespace vegttt::report::paper {
namespace {

using Step = std::vector<Stratum>;  // by task, in one order

struct Seen {
  std::string source;
  std::vector<Step> steps;
};

Seen published_trajectory() {
  Seen seen{"counts, seed 42", {}};
  for (std::size_t s = 0; s < published_steps(); ++s) seen.steps.push_back(published_step(s));
  return seen;
}

Seen trajectory_of(const CampaignRun& run) {
  Seen seen{"ours, " + run.subset + ", seed " + std::to_string(run.task_seed) + "/" +
                std::to_string(run.sample_seed),
            {}};
  const auto& steps = run.records->trajectory.steps;
  for (const auto& metrics : steps) {
    Step step;
    // A task that stopped by itself has no counts at later steps: it is in none.
    for (const auto& id : tasks_in_order(steps.front()))
      if (std::all_of(
              steps.begin(), steps.end(), [&](const auto& s) { return s.tasks.count(id) > 0; }))
        step.push_back({metrics.tasks.at(id).fast_1, metrics.tasks.at(id).n});
    seen.steps.push_back(step);
  }
  return seen;
}

Stratum pooled(const Step& step) {
  Stratum sum;
  for (const auto& task : step) {
    sum.k += task.k;
    sum.n += task.n;
  }
  return sum;
}

double rate_of(const Step& step) { return stratified(step).rate; }

FlatPolicy flat_policy_of(const Seen& seen) {
  FlatPolicy policy;
  policy.steps = static_cast<int>(seen.steps.size());
  for (const auto& step : seen.steps) {
    auto& sizes = policy.sizes.emplace_back();
    for (const auto& task : step) sizes.push_back(task.n);
  }
  for (std::size_t task = 0; task < seen.steps.front().size(); ++task) {
    double k = 0, n = 0;
    for (const auto& step : seen.steps) {
      k += step[task].k;
      n += step[task].n;
    }
    policy.rates.push_back(n == 0 ? 0 : k / n);
  }
  return policy;
}

class Rows {
 public:
  Rows(Cells& cells, std::string source) : cells_(cells), source_(std::move(source)) {}
  void add(const std::string& question, Cell value, Cell p, const std::string& note = "") {
    cells_.add({question, source_, std::move(value), std::move(p), note});
  }

 private:
  Cells& cells_;
  std::string source_;
};

Cell p_cell(double p) { return number_cell(p, p < 0.01 ? 4 : 2); }

void compare(Rows& rows, const std::string& what, const Step& a, const Step& b) {
  const auto of_a = pooled(a), of_b = pooled(b);
  const Cell difference = points_cell(rate_of(b) - rate_of(a));
  rows.add(
      what + ", Fisher pooled", difference, p_cell(fisher_exact(of_a.k, of_a.n, of_b.k, of_b.n)));
  rows.add(what + ", stratified by task", difference, p_cell(stratified_p(a, b)));
}

std::size_t best_step(const Seen& seen) {
  std::size_t best = 0;
  for (std::size_t s = 1; s < seen.steps.size(); ++s) {
    if (rate_of(seen.steps[s]) > rate_of(seen.steps[best])) best = s;
  }
  return best;
}

void null_rows(Rows& rows, const Seen& seen) {
  const auto policy = flat_policy_of(seen);
  const auto null = simulate_flat_policy(policy);
  const auto best = best_step(seen);
  const double score = rate_of(seen.steps[best]), gain = score - rate_of(seen.steps.front());
  double oracle = 0;
  for (std::size_t task = 0; task < policy.rates.size(); ++task) {
    double highest = 0;
    for (const auto& step : seen.steps)
      if (step[task].n > 0)
        highest = std::max(highest, static_cast<double>(step[task].k) / step[task].n);
    oracle += highest / static_cast<double>(policy.rates.size());
  }
  char text[160];
  std::snprintf(text, sizeof text, "a flat policy: %+.1f pp expected", 100 * null.expected_gain);
  rows.add("gain of the best step over step 0",
           points_cell(gain),
           p_cell(null.p_gain_at_least(gain)),
           text);
  std::snprintf(text, sizeof text, "a flat policy: %.1f %% expected", 100 * null.expected_max);
  rows.add("best of all steps", percent_cell(score), p_cell(null.p_max_at_least(score)), text);
  std::snprintf(text, sizeof text, "a flat policy: %.1f %% expected", 100 * null.expected_oracle);
  rows.add("per-task oracle", percent_cell(oracle), p_cell(null.p_oracle_at_least(oracle)), text);
  std::string stops;
  for (std::size_t s = 1; s < null.stop_share.size(); ++s) {
    std::snprintf(text, sizeof text, "%s%.0f", s == 1 ? "" : "/", 100 * null.stop_share[s]);
    stops += text;
  }
  rows.add(
      "early stop P=1 of a flat policy ends at step 1/2/..", Cell(stops + " %"), missing_cell());
  rows.add("early stop ties the best score",
           percent_cell(null.early_stop_ties_best, 0),
           missing_cell(),
           "of runs of a flat policy");
}

void rows_of(Cells& cells, const Seen& seen) {
  if (seen.steps.size() < 2 || seen.steps.front().empty()) return;
  Rows rows(cells, seen.source);
  std::vector<Stratum> all;
  for (const auto& step : seen.steps) all.push_back(pooled(step));
  const auto equal = chi_square_homogeneity(all);
  rows.add("all steps equal? chi-square",
           number_cell(equal.statistic),
           p_cell(equal.p),
           std::to_string(static_cast<int>(equal.degrees)) + " degrees of freedom");
  const auto best = best_step(seen);
  compare(rows,
          "step 0 to the best (" + std::to_string(best) + ")",
          seen.steps.front(),
          seen.steps[best]);
  if (best + 1 < seen.steps.size())
    compare(rows, "the best to the next", seen.steps[best], seen.steps[best + 1]);
  compare(rows, "step 0 to the last", seen.steps.front(), seen.steps.back());
  std::vector<std::vector<double>> tasks;
  for (const auto& task : seen.steps[best]) {
    if (task.n > 0) tasks.push_back({static_cast<double>(task.k) / task.n});
  }
  const auto over_tasks = clustered_bootstrap(tasks);
  rows.add("the best step, over tasks",
           percent_cell(over_tasks.value),
           missing_cell(),
           "95 % " + interval_cell(over_tasks.interval.low, over_tasks.interval.high).text);
  null_rows(rows, seen);
  const auto policy = flat_policy_of(seen);
  rows.add("n per arm for +5 pp, pooled",
           count_cell(minimum_n_pooled(mean(policy.rates), 0.05)),
           missing_cell(),
           "80 % power");
  rows.add("n per arm for +5 pp, stratified",
           count_cell(minimum_n_stratified(policy.rates, 0.05)),
           missing_cell(),
           "80 % power");
}

}  // namespace

Table claim_statistics(const Campaign* campaign) {
  Table table;
  table.name = "paper/statistics";
  table.title = "The central claim, asked of the counts";
  table.cells =
      Cells({"question", "source", "value", "p", "note"}, {false, false, true, true, false});
  rows_of(table.cells, published_trajectory());
  for (const auto* run : runs_of(campaign, Kind::kBoa)) rows_of(table.cells, trajectory_of(*run));
  table.notes = {
      "A flat policy keeps each task's mean rate at every step; p is the share of 20,000 simulated "
      "runs that reach what was seen by chance alone.",
      "Samples of one step share the machine's state, and kernels of one text have no sampling "
      "variance: true p-values are larger, if anything."};
  return table;
}

}  // namespace vegttt::report::paper

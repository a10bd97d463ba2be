// Tables 5.1, 5.3 and D.1: methods over seeds.
#include <cmath>

#include "assemble.h"
#include "our_runs.h"
#include "tables_of_paper.h"
#include "vegttt/core/text.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report::paper {
namespace {

int sum_of(const ByNumber& counts) {
  int sum = 0;
  for (const auto& [seed, k] : counts) sum += k;
  return sum;
}

std::vector<double> rates_of_seeds(const ByNumber& fast, int n) {
  std::vector<double> rates;
  for (const auto& [seed, k] : fast) rates.push_back(static_cast<double>(k) / n);
  return rates;
}

// Three seeds of 160 samples.
RowCells counted(const ByNumber& fast, int correct, int rollouts) {
  const int per_seed = counts().seed_samples;
  const auto rates = rates_of_seeds(fast, per_seed);
  const int n = per_seed * static_cast<int>(rates.size());
  return {percent_cell(mean(rates)),
          percent_cell(sample_std(rates)),
          percent_cell(static_cast<double>(correct) / n),
          count_cell(rollouts),
          wilson_cell(sum_of(fast), n),
          fraction_cell(sum_of(fast), n)};
}

RowCells our_row(const Runs& runs, Kind kind) {
  const auto pool = pool_of(runs, kind);
  const auto rates = rates_of(runs, kind);
  const auto fresh = fresh_pool_of(runs);
  return {percent_cell(mean(rates)),
          percent_cell(sample_std(rates)),
          correct_cell(pool),
          count_cell(pool.rollouts),
          wilson_of(pool),
          fraction_cell(pool.fast, pool.n),
          fresh.n == 0 ? missing_cell() : fast_cell(fresh),
          wilson_of(fresh)};
}

// "Batch-TTT BoA" and its kind, as the paper calls it.
const std::vector<std::pair<std::string, Kind>>& methods() {
  static const std::vector<std::pair<std::string, Kind>> all = {
      {"Batch-TTT BoA", Kind::kBoa},
      {"SDPO Prompt-Only", Kind::kPromptOnly},
      {"SDPO Feedback", Kind::kFeedback},
      {"Best-of-N (K=64)", Kind::kBestOfN}};
  return all;
}

void seeds_note(PaperTable& table) {
  table.note(
      "std: sample standard deviation (n - 1) over runs. Published seeds are task sets; ours are "
      "what the campaign varies, see the seeds below.");
}

// Mean and deviation of printed speedups.
RowCells counted_speedups(const std::vector<double>& seeds) {
  RowCells cells;
  for (const double value : seeds) cells.push_back(times_cell(value));
  cells.push_back(times_cell(mean(seeds)));
  cells.push_back(times_cell(sample_std(seeds)));
  return cells;
}

// Speedups of the correct samples of the step that stands for the method.
std::vector<double> speedups_of(const CampaignRun& run, Kind kind) {
  std::vector<double> speedups;
  const auto* step = step_of(run, kind);
  if (step == nullptr) return speedups;
  for (const auto& line : rollouts_of(*run.records)) {
    if (line.theta_step == step->step_idx && line.correct && line.speedup > 0)
      speedups.push_back(line.speedup);
  }
  return speedups;
}

double geometric_mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += std::log(value);
  return values.empty() ? std::nan("") : std::exp(sum / static_cast<double>(values.size()));
}

RowCells our_speedups(const Runs& runs, Kind kind) {
  RowCells cells;
  std::vector<double> means, all;
  for (const std::int64_t seed : {42, 43, 44}) {
    const auto pool = pool_of(with_task_seed(runs, seed), kind);
    cells.push_back(times_cell(pool.mean_speedup()));
  }
  for (const auto* run : runs) {
    const auto speedups = speedups_of(*run, kind);
    if (!speedups.empty()) means.push_back(mean(speedups));
    all.insert(all.end(), speedups.begin(), speedups.end());
  }
  cells.insert(cells.end(),
               {times_cell(mean(means)),
                times_cell(sample_std(means)),
                times_cell(median(all)),
                times_cell(geometric_mean(all)),
                count_cell(static_cast<std::int64_t>(all.size()))});
  return cells;
}

}  // namespace

Table frontier(const Campaign* campaign) {
  PaperTable table("paper/table-5.1", {"95 %", "n", "fresh fast_1", "95 % fresh"});
  const auto& c = counts();
  const int boa_rollouts = 6 * c.seed_samples, sdpo_rollouts = 2 * c.seed_samples;
  table.counts("Batch-TTT BoA", counted(c.boa, c.boa_correct, boa_rollouts));
  table.counts("SDPO Prompt-Only", counted(c.prompt_only, c.prompt_only_correct, sdpo_rollouts));
  table.counts("SDPO Feedback", counted(c.feedback, c.feedback_correct, sdpo_rollouts));
  const auto& bon = c.best_of_n_1;
  const int n = bon.samples * static_cast<int>(bon.fast.size());
  table.counts("Best-of-N (K=64)",
               {percent_cell(static_cast<double>(sum_of(bon.fast)) / n),
                missing_cell(),
                percent_cell(static_cast<double>(sum_of(bon.correct)) / n),
                count_cell(n),
                wilson_cell(sum_of(bon.fast), n),
                fraction_cell(sum_of(bon.fast), n)});
  for (const auto& [name, kind] : methods()) {
    const auto runs = runs_of(campaign, kind, "1");
    if (!runs.empty()) table.ours(name, our_row(runs, kind));
  }
  seeds_note(table);
  table.note(
      "Rollouts of one run, all steps that were run. `fresh`: new samples from the selected "
      "checkpoint, which the others' rates of BoA, a maximum over steps, are not.");
  return table.build();
}

Table boa_selection(const Campaign* campaign) {
  PaperTable table("paper/table-5.3", {"95 %", "n", "fresh fast_1", "95 % fresh"});
  const auto& c = counts();
  for (const auto& [seed, k] : c.boa)
    table.counts(std::to_string(seed),
                 {missing_cell(),
                  percent_cell(static_cast<double>(k) / c.seed_samples),
                  missing_cell(),
                  wilson_cell(k, c.seed_samples),
                  fraction_cell(k, c.seed_samples)});
  const auto rates = rates_of_seeds(c.boa, c.seed_samples);
  const int n = 3 * c.seed_samples;
  table.counts("Mean ± std",
               {missing_cell(),
                percent_cell(mean(rates)),
                percent_cell(sample_std(rates)),
                wilson_cell(sum_of(c.boa), n),
                fraction_cell(sum_of(c.boa), n)});
  const auto runs = runs_of(campaign, Kind::kBoa, "1");
  for (const auto seed : task_seeds_of(runs)) {
    const auto of_seed = with_task_seed(runs, seed);
    std::vector<std::string> steps;
    for (const auto* run : of_seed) {
      if (const auto* step = step_of(*run, Kind::kBoa))
        steps.push_back(std::to_string(step->step_idx));
    }
    const auto pool = pool_of(of_seed, Kind::kBoa), fresh = fresh_pool_of(of_seed);
    table.ours(std::to_string(seed),
               {core::join(steps, " "),
                fast_cell(pool),
                percent_cell(sample_std(rates_of(of_seed, Kind::kBoa))),
                wilson_of(pool),
                fraction_cell(pool.fast, pool.n),
                fast_cell(fresh),
                wilson_of(fresh)});
  }
  if (!runs.empty()) {
    const auto all = rates_of(runs, Kind::kBoa);
    const auto pool = pool_of(runs, Kind::kBoa), fresh = fresh_pool_of(runs);
    table.ours("Mean ± std",
               {missing_cell(),
                percent_cell(mean(all)),
                percent_cell(sample_std(all)),
                wilson_of(pool),
                fraction_cell(pool.fast, pool.n),
                fast_cell(fresh),
                wilson_of(fresh)});
  }
  seeds_note(table);
  table.note("Ours by task seed: the selected step of each sample seed; rates pooled over them.");
  return table.build();
}

Table mean_speedups(const Campaign* campaign) {
  PaperTable table("paper/table-d.1", {"median", "geometric mean", "n correct"});
  for (const auto& [name, seeds] : counts().mean_speedup)
    table.counts(name, counted_speedups(seeds));
  for (const auto& [name, kind] : methods()) {
    const auto runs = runs_of(campaign, kind, "1");
    if (!runs.empty()) table.ours(name, our_speedups(runs, kind));
  }
  table.note(
      "Over correct samples of the selected step. Kernels below the machine's floor are "
      "`suspicious` in ours and left out.");
  seeds_note(table);
  return table.build();
}

}  // namespace vegttt::report::paper

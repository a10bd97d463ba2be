// The runs of a campaign that stand for the paper's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vegttt/report/campaign.h"
#include "vegttt/report/statistics/intervals.h"

namespace vegttt::report::paper {

enum class Kind { kBase, kBestOfN, kBoa, kPromptOnly, kFeedback, kRlvr };
bool is_kind(const CampaignRun& run, Kind kind);

using Runs = std::vector<const CampaignRun*>;
// Finished ones, in the campaign's order. `subset` "1" is the first one where none is called so; ""
// takes all.
Runs runs_of(const Campaign* campaign, Kind kind, const std::string& subset = "");

// The counts of one step, summed over tasks and runs.
struct Pool {
  int fast = 0, strict = 0, correct = 0, n = 0, rollouts = 0;
  double speedup_sum = 0;
  double rate() const;  // fast
  double correct_rate() const;
  double mean_speedup() const;  // over correct ones
  void add(const records::StepMetrics& step);
};
// The step that this table's method stands for: BoA's selected one, SDPO's after one update,
// otherwise theta_0. Null where the run has not got so far.
const records::StepMetrics* step_of(const CampaignRun& run, Kind kind);
Pool pool_of(const Runs& runs, Kind kind);
// Fresh samples of the selected checkpoint.
std::optional<records::StepMetrics> fresh_of(const CampaignRun& run);
Pool fresh_pool_of(const Runs& runs);
// One rate per run: what a deviation over seeds is made of.
std::vector<double> rates_of(const Runs& runs, Kind kind);

// By task seed, in order.
std::vector<std::int64_t> task_seeds_of(const Runs& runs);
Runs with_task_seed(const Runs& runs, std::int64_t seed);

const records::StepMetrics* step_at(const CampaignRun& run, int step);
std::vector<std::string> tasks_in_order(const records::StepMetrics& step);
std::string number_of_task(const std::string& id);  // "L1/4" -> "4"

Cell wilson_of(const Pool& pool);
// Rate, its interval and n, as cells.
Cell fast_cell(const Pool& pool);
Cell correct_cell(const Pool& pool);

}  // namespace vegttt::report::paper

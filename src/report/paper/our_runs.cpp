#include "our_runs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vegttt::report::paper {
namespace {

bool in_subset(const Campaign& campaign, const CampaignRun& run, const std::string& subset) {
  if (subset.empty() || run.subset == subset) return true;
  const auto names = campaign.subsets();
  const bool named = std::find(names.begin(), names.end(), subset) != names.end();
  return !named && subset == "1" && run.subset == names.front();
}

int selected_step_of(const CampaignRun& run) {
  const auto& summary = run.records->summary;
  return core::get_or(summary, "selected_step", -1);
}

double share(int k, int n) { return n == 0 ? std::nan("") : static_cast<double>(k) / n; }

}  // namespace

bool is_kind(const CampaignRun& run, Kind kind) {
  switch (kind) {
    case Kind::kBase:
      return run.method == "base";
    case Kind::kBestOfN:
      return run.method == "best_of_n" && run.records &&
             run.records->config.adapt.evaluate_top == 0;
    case Kind::kBoa:
      return run.method == "batch_ttt";
    case Kind::kPromptOnly:
      return run.method == "sdpo" && run.records &&
             run.records->config.teacher.context == "prompt_only";
    case Kind::kFeedback:
      return run.method == "sdpo" && run.records &&
             run.records->config.teacher.context != "prompt_only";
    case Kind::kRlvr:
      return run.method == "rlvr";
  }
  return false;
}

// Of several labels of one kind (a grid of learning rates) the first one stands for the paper's:
// mixing them would average over settings.
Runs runs_of(const Campaign* campaign, Kind kind, const std::string& subset) {
  Runs runs;
  if (campaign == nullptr) return runs;
  for (const auto& run : campaign->runs) {
    if (!run.done() || !run.records || !is_kind(run, kind) || !in_subset(*campaign, run, subset))
      continue;
    if (runs.empty() || run.label == runs.front()->label) runs.push_back(&run);
  }
  return runs;
}

double Pool::rate() const { return share(fast, n); }
double Pool::correct_rate() const { return share(correct, n); }
double Pool::mean_speedup() const { return correct == 0 ? std::nan("") : speedup_sum / correct; }

void Pool::add(const records::StepMetrics& step) {
  for (const auto& [task, counts] : step.tasks) {
    fast += counts.fast_1;
    strict += counts.fast_1_strict;
    correct += counts.correct;
    n += counts.n;
    speedup_sum += counts.speedup_sum;
  }
  rollouts = std::max(rollouts, step.rollouts_so_far);
}

const records::StepMetrics* step_at(const CampaignRun& run, int step) {
  for (const auto& one : run.records->trajectory.steps) {
    if (one.step_idx == step) return &one;
  }
  return nullptr;
}

const records::StepMetrics* step_of(const CampaignRun& run, Kind kind) {
  const auto& steps = run.records->trajectory.steps;
  if (steps.empty()) return nullptr;
  if (kind == Kind::kBoa) return step_at(run, selected_step_of(run));
  if (kind == Kind::kPromptOnly || kind == Kind::kFeedback) return step_at(run, 1);
  return &steps.front();
}

Pool pool_of(const Runs& runs, Kind kind) {
  Pool pool;
  for (const auto* run : runs) {
    if (const auto* step = step_of(*run, kind)) pool.add(*step);
    // What a method paid for includes the steps behind the selected one.
    if (kind == Kind::kBoa && !run->records->trajectory.steps.empty())
      pool.rollouts =
          std::max(pool.rollouts, run->records->trajectory.steps.back().rollouts_so_far);
  }
  return pool;
}

std::optional<records::StepMetrics> fresh_of(const CampaignRun& run) {
  const auto& summary = run.records->summary;
  if (!summary.contains("fresh") || summary.at("fresh").is_null()) return std::nullopt;
  return records::step_metrics_from_json(summary.at("fresh"));
}

Pool fresh_pool_of(const Runs& runs) {
  Pool pool;
  for (const auto* run : runs) {
    if (const auto fresh = fresh_of(*run)) pool.add(*fresh);
  }
  return pool;
}

std::vector<double> rates_of(const Runs& runs, Kind kind) {
  std::vector<double> rates;
  for (const auto* run : runs) {
    if (const auto* step = step_of(*run, kind)) rates.push_back(step->aggregate_fast_1());
  }
  return rates;
}

std::vector<std::int64_t> task_seeds_of(const Runs& runs) {
  std::vector<std::int64_t> seeds;
  for (const auto* run : runs) seeds.push_back(run->task_seed);
  std::sort(seeds.begin(), seeds.end());
  seeds.erase(std::unique(seeds.begin(), seeds.end()), seeds.end());
  return seeds;
}

Runs with_task_seed(const Runs& runs, std::int64_t seed) {
  Runs found;
  for (const auto* run : runs) {
    if (run->task_seed == seed) found.push_back(run);
  }
  return found;
}

std::string number_of_task(const std::string& id) { return id.substr(id.rfind('/') + 1); }

std::vector<std::string> tasks_in_order(const records::StepMetrics& step) {
  std::vector<std::string> ids;
  for (const auto& [task, counts] : step.tasks) ids.push_back(task);
  std::stable_sort(ids.begin(), ids.end(), [](const auto& a, const auto& b) {
    return std::atoi(number_of_task(a).c_str()) < std::atoi(number_of_task(b).c_str());
  });
  return ids;
}

Cell wilson_of(const Pool& pool) {
  if (pool.n == 0) return missing_cell();
  const auto interval = wilson(pool.fast, pool.n);
  return interval_cell(interval.low, interval.high);
}

Cell fast_cell(const Pool& pool) { return percent_cell(pool.rate()); }
Cell correct_cell(const Pool& pool) { return percent_cell(pool.correct_rate()); }

}  // namespace vegttt::report::paper

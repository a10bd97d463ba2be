// What is measured after the runs of a campaign, outside of their budget and the same way for every
// method. Each of these does what is missing and can be interrupted.
#pragma once

#include "vegttt/experiment/campaign_run.h"

namespace vegttt::experiment {

struct AfterRun {
  const CampaignFolder& folder;
  const PartsFactory& make_parts;
  CampaignObserver& observer;
  std::function<void()> check_stop;
  int threads = 0;
};

// theta_0's rates from samples of their own: once per policy, tasks and way of sampling, written
// to the folder of every run that shares them as probe.json.
void probe_theta_0(const AfterRun& work, const std::vector<const PlannedRun*>& runs);

// The best kernel of each task that each run found within its budget, timed by a judge with other
// secret inputs than any run's, the runs' kernels of one task one after another: a line of
// best_kernels.jsonl per task.
void time_best_kernels(const AfterRun& work, const std::vector<const PlannedRun*>& runs);

// outside.json: what a run cost beyond its budget, from its files.
void list_outside_budget(const AfterRun& work, const std::vector<const PlannedRun*>& runs);

struct BestKernel {
  std::string task;
  int theta_step = -1, sample = -1;  // -1: no kernel was correct and faster
  std::string code_hash, completion;
  double found_speedup = 1;
};
// By task in the order of `tasks`; of the first `budget_rollouts` rollouts (0: of all).
std::vector<BestKernel> best_kernels_of(const std::vector<records::JudgedRollout>& rollouts,
                                        const std::vector<std::string>& tasks,
                                        std::size_t budget_rollouts);

}  // namespace vegttt::experiment

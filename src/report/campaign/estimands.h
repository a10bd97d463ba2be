// What a campaign estimates, by unit (task, seed) and method.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vegttt/report/campaign.h"
#include "vegttt/report/statistics/paired.h"

namespace vegttt::report {

// Primary: log of the speedup of the best kernel found within the budget, timed anew; 0 if none.
// `only`: these tasks; empty: all.
ByUnit log_speedups(const Campaign& campaign,
                    const std::string& label,
                    const std::vector<std::string>& only = {});

// The values of each task: what the bootstrap draws from.
std::vector<std::vector<double>> clusters_of(const ByUnit& units);

// Secondary: rates of the selected checkpoint on fresh samples, and of theta_0 on samples of its
// own (probe).
enum class Rate { kFast1, kFast1Strict, kCorrect };
ByUnit fresh_rates(const Campaign& campaign, const std::string& label, Rate rate);
ByUnit probe_rates(const Campaign& campaign, const std::string& label, Rate rate);

// p of equal rates of the selected checkpoints and of theta_0, given the tasks: all seeds' samples
// against the probes, each counted once however many runs share it.
double p_against_probe(const Campaign& campaign, const std::string& label, Rate rate);

// What adapts weights, as against methods that only search.
bool adapts(const std::string& method);
std::string method_of(const Campaign& campaign, const std::string& label);
// The label that others are compared with: Best-of-N, without one `base` at the same budget.
std::optional<std::string> reference_label(const Campaign& campaign);

// KL(theta_s, theta_0) where it was measured, and what of it could be noise.
struct Moved {
  double kl = 0, noise = 0;
  bool known = false;
  bool within_noise() const { return known && kl <= noise; }
};
// Of the largest KL over the steps of one run.
Moved moved_by(const CampaignRun& run);
// Over the done runs of a label: the largest.
Moved moved_by(const Campaign& campaign, const std::string& label);

// Tasks by what the whole campaign knows of them.
struct Headroom {
  std::string task;
  double best_known = 1;  // fastest kernel of any run, timed anew
  double best_low = 1;
  std::string found_by;             // label
  int probe_fast = 0, probe_n = 0;  // of theta_0
  bool any() const { return best_low > 1; }
};
std::vector<Headroom> headroom_of(const Campaign& campaign);

std::vector<std::string> tasks_of(const Campaign& campaign);  // with best kernels, numeric order
bool is_descriptive(const Campaign& campaign);                // fewer than 10 tasks
// Independent repetitions of the reference; below kFewestSeeds the chance of sampling is hardly
// known.
int sample_seeds_of(const Campaign& campaign);
inline constexpr int kFewestSeeds = 8;

}  // namespace vegttt::report

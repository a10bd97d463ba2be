#include "published_trajectory.h"

#include <algorithm>

namespace vegttt::report::paper {

std::vector<Stratum> published_step(std::size_t s) {
  std::vector<Stratum> tasks;
  for (const auto& [task, by_step] : counts().trajectory)
    tasks.push_back({by_step[s], counts().trajectory_samples});
  return tasks;
}

std::size_t published_steps() { return counts().trajectory.begin()->second.size(); }

int total(const std::vector<Stratum>& tasks) {
  int sum = 0;
  for (const auto& task : tasks) sum += task.k;
  return sum;
}

int published_n() {
  return counts().trajectory_samples * static_cast<int>(counts().trajectory.size());
}

double published_rate(std::size_t s) {
  return static_cast<double>(total(published_step(s))) / published_n();
}

std::vector<double> published_scores() {
  std::vector<double> scores;
  for (std::size_t s = 0; s < published_steps(); ++s) scores.push_back(published_rate(s));
  return scores;
}

std::size_t best_step(const std::vector<double>& scores) {
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

const CampaignRun* run_beside_published(const Campaign* campaign) {
  const auto runs = runs_of(campaign, Kind::kBoa, "1");
  for (const auto* run : runs) {
    if (run->task_seed == 42) return run;
  }
  return runs.empty() ? nullptr : runs.front();
}

}  // namespace vegttt::report::paper

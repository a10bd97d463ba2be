#include "units.h"

#include <algorithm>
#include <set>

namespace vegttt::report {
namespace {

// A task under another task seed is another entry: the sets of one subset differ by task seed.
using Entries = std::set<std::pair<std::int64_t, std::string>>;

void add_tasks(const CampaignRun& run, Entries& entries) {
  for (const auto& [task, best] : run.best) entries.emplace(run.task_seed, task);
  if (!run.records) return;
  for (const auto& step : run.records->trajectory.steps) {
    for (const auto& [task, counts] : step.tasks) entries.emplace(run.task_seed, task);
  }
}

bool share_any(const Entries& a, const Entries& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& one) { return b.count(one) > 0; });
}

}  // namespace

Repetitions::Repetitions(const Campaign& campaign) {
  std::map<std::string, Entries> tasks;
  for (const auto& run : campaign.runs) add_tasks(run, tasks[run.subset]);
  std::vector<Entries> layers;
  for (const auto& subset : campaign.subsets()) {
    const auto& own = tasks.at(subset);
    std::size_t layer = 0;
    while (layer < layers.size() && share_any(own, layers[layer])) ++layer;
    if (layer == layers.size()) layers.emplace_back();
    layers[layer].insert(own.begin(), own.end());
    layer_[subset] = static_cast<int>(layer);
  }
  for (const auto& run : campaign.runs) number_.emplace(key_of(run), 0);
  std::int64_t number = 0;
  for (auto& [key, value] : number_) value = number++;
}

Repetitions::Key Repetitions::key_of(const CampaignRun& run) const {
  return {run.task_seed, run.sample_seed, layer_.at(run.subset)};
}

std::int64_t Repetitions::of(const CampaignRun& run) const { return number_.at(key_of(run)); }

}  // namespace vegttt::report

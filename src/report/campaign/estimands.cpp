#include "estimands.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>
#include <tuple>

#include "checks.h"
#include "units.h"

namespace vegttt::report {
namespace {

using records::TaskCounts;

int successes(const TaskCounts& counts, Rate rate) {
  return rate == Rate::kFast1         ? counts.fast_1
         : rate == Rate::kFast1Strict ? counts.fast_1_strict
                                      : counts.correct;
}

double rate_of(const TaskCounts& counts, Rate rate) {
  return static_cast<double>(successes(counts, rate)) / counts.n;
}

template <class RatesOfRun>
ByUnit rates(const Campaign& campaign,
             const std::string& label,
             Rate rate,
             const RatesOfRun& counts_of) {
  const Repetitions repetitions(campaign);
  ByUnit units;
  for (const auto& run : campaign.runs) {
    if (run.label != label || !run.done() || !run.records) continue;
    for (const auto& [task, counts] : counts_of(run)) {
      if (counts.n > 0) units[{task, repetitions.of(run)}] = rate_of(counts, rate);
    }
  }
  return units;
}

std::map<std::string, TaskCounts> fresh_counts(const CampaignRun& run) {
  const auto& summary = run.records->summary;
  if (!summary.contains("fresh") || summary.at("fresh").is_null()) return {};
  return records::step_metrics_from_json(summary.at("fresh")).tasks;
}

double value_or(const records::StepMetrics& step, const char* name, double fallback) {
  const auto found = step.more.find(name);
  return found == step.more.end() ? fallback : found->second;
}

}  // namespace

ByUnit log_speedups(const Campaign& campaign,
                    const std::string& label,
                    const std::vector<std::string>& only) {
  const Repetitions repetitions(campaign);
  ByUnit units;
  for (const auto& run : campaign.runs) {
    if (run.label != label || !run.done()) continue;
    for (const auto& [task, best] : run.best) {
      if (!only.empty() && std::find(only.begin(), only.end(), task) == only.end()) continue;
      // Not cut at 1: a kernel that was fast by luck must be able to show it.
      units[{task, repetitions.of(run)}] = std::log(best.speedup);
    }
  }
  return units;
}

std::vector<std::vector<double>> clusters_of(const ByUnit& units) {
  std::map<std::string, std::vector<double>> tasks;
  for (const auto& [unit, value] : units) tasks[unit.first].push_back(value);
  std::vector<std::vector<double>> clusters;
  for (auto& [task, values] : tasks) clusters.push_back(std::move(values));
  return clusters;
}

ByUnit fresh_rates(const Campaign& campaign, const std::string& label, Rate rate) {
  return rates(campaign, label, rate, fresh_counts);
}

ByUnit probe_rates(const Campaign& campaign, const std::string& label, Rate rate) {
  return rates(campaign, label, rate, [](const CampaignRun& run) { return run.probe; });
}

double p_against_probe(const Campaign& campaign, const std::string& label, Rate rate) {
  std::map<std::string, Stratum> selected, start;
  std::set<std::tuple<std::string, std::int64_t, std::int64_t>> probes;
  const auto add = [&](std::map<std::string, Stratum>& sums, const auto& tasks) {
    for (const auto& [task, counts] : tasks) {
      sums[task].k += successes(counts, rate);
      sums[task].n += counts.n;
    }
  };
  for (const auto& run : campaign.runs) {
    if (run.label != label || !run.done() || run.probe.empty()) continue;
    add(selected, fresh_counts(run));
    if (probes.emplace(run.subset, run.task_seed, run.probe_seed).second) add(start, run.probe);
  }
  std::vector<Stratum> a, b;
  for (const auto& [task, stratum] : selected) {
    const auto other = start.find(task);
    if (stratum.n == 0 || other == start.end() || other->second.n == 0) continue;
    a.push_back(less_certain(stratum));
    b.push_back(less_certain(other->second));
  }
  return a.empty() ? std::nan("") : stratified_p(a, b);
}

bool adapts(const std::string& method) {
  return method == "batch_ttt" || method == "sdpo" || method == "opsd" || method == "discover";
}

std::string method_of(const Campaign& campaign, const std::string& label) {
  for (const auto& run : campaign.runs) {
    if (run.label == label) return run.method;
  }
  return "";
}

std::optional<std::string> reference_label(const Campaign& campaign) {
  for (const char* method : {"best_of_n", "base"}) {
    for (const auto& run : campaign.runs) {
      if (run.method == method && competes(campaign, run.label)) return run.label;
    }
  }
  return std::nullopt;
}

Moved moved_by(const CampaignRun& run) {
  Moved moved;
  if (!run.records) return moved;
  for (const auto& step : run.records->trajectory.steps) {
    const auto found = step.more.find("kl_theta0");
    if (step.step_idx == 0 || found == step.more.end()) continue;
    // Two ways to compute the same log-probs differ by the gap even at theta_0, which k3 turns
    // into half of its square; samples add their standard error where it is recorded.
    const double gap = value_or(step, "logprob_gap_mean", 0);
    const double noise = gap * gap / 2 + 2 * value_or(step, "kl_theta0_se", 0);
    if (moved.known && found->second <= moved.kl) continue;
    moved = {found->second, noise, true};
  }
  return moved;
}

Moved moved_by(const Campaign& campaign, const std::string& label) {
  Moved moved;
  for (const auto& run : campaign.runs) {
    if (run.label != label || !run.done()) continue;
    const auto one = moved_by(run);
    if (one.known && (!moved.known || one.kl > moved.kl)) moved = one;
  }
  return moved;
}

std::vector<std::string> tasks_of(const Campaign& campaign) {
  // Those that methods are compared on: a look at held-out tasks is another question.
  const auto reference = reference_label(campaign);
  std::set<std::string> found;
  for (const auto& run : campaign.runs) {
    if (!run.done() || (reference ? run.label != *reference : !competes(campaign, run.label)))
      continue;
    for (const auto& [task, best] : run.best) found.insert(task);
  }
  std::vector<std::string> tasks(found.begin(), found.end());
  const auto number = [](const std::string& id) {
    return std::atoi(id.c_str() + id.rfind('/') + 1);
  };
  std::stable_sort(tasks.begin(), tasks.end(), [&](const auto& a, const auto& b) {
    return number(a) < number(b);
  });
  return tasks;
}

std::vector<Headroom> headroom_of(const Campaign& campaign) {
  std::vector<Headroom> all;
  for (const auto& task : tasks_of(campaign)) {
    Headroom room;
    room.task = task;
    for (const auto& run : campaign.runs) {
      const auto best = run.best.find(task);
      if (best != run.best.end() && best->second.speedup > room.best_known) {
        room.best_known = best->second.speedup;
        room.best_low = best->second.low;
        room.found_by = run.label;
      }
      const auto probe = run.probe.find(task);
      if (probe != run.probe.end() && probe->second.n > room.probe_n) {
        room.probe_fast = probe->second.fast_1;
        room.probe_n = probe->second.n;
      }
    }
    all.push_back(room);
  }
  return all;
}

int sample_seeds_of(const Campaign& campaign) {
  const auto reference = reference_label(campaign);
  std::set<std::int64_t> seeds;
  for (const auto& run : campaign.runs) {
    if (run.done() && (!reference || run.label == *reference)) seeds.insert(run.sample_seed);
  }
  return static_cast<int>(seeds.size());
}

bool is_descriptive(const Campaign& campaign) {
  return static_cast<int>(tasks_of(campaign).size()) < kFewestTasks;
}

}  // namespace vegttt::report

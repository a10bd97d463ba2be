#include "vegttt/experiment/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "vegttt/adapt/methods.h"
#include "vegttt/adapt/picks.h"
#include "vegttt/core/json.h"
#include "vegttt/records/compute.h"

namespace vegttt::experiment {
namespace {

// Of an earlier run.
struct Speed {
  double sample_s = 0, evaluate_s = 0, update_s = 0;  // per rollout, verdict, update
  std::string basis;
};

bool same_work(const config::ExperimentConfig& a, const config::ExperimentConfig& b) {
  return a.policy.folder == b.policy.folder && a.tasks.size == b.tasks.size &&
         a.evaluate.dialect == b.evaluate.dialect;
}

std::optional<Speed> speed_of(const core::fs::path& run, const config::ExperimentConfig& wanted) {
  try {
    const auto loaded = config::load_experiment((run / "config.yaml").string(), {});
    if (!same_work(loaded.values, wanted)) return {};
    const auto file = run / (loaded.values.adapt.method + "_compute.json");
    const auto ledger =
        records::compute_ledger_from_json(core::parse_json(core::read_file(file), file.string()));
    if (ledger.rollouts == 0 || ledger.evaluations == 0) return {};
    const auto seconds = [&](const char* stage) {
      const auto found = ledger.stage_s.find(stage);
      return found == ledger.stage_s.end() ? 0.0 : found->second;
    };
    return Speed{seconds("sample") / static_cast<double>(ledger.rollouts),
                 seconds("evaluate") / static_cast<double>(ledger.evaluations),
                 ledger.updates == 0 ? 0 : seconds("learn") / static_cast<double>(ledger.updates),
                 run.string()};
  } catch (const std::exception&) {
    return {};  // a folder that is no run, or an old one: no basis for an estimate
  }
}

std::optional<Speed> newest_speed(const config::ExperimentConfig& wanted,
                                  const core::fs::path& out) {
  std::optional<Speed> best;
  core::fs::file_time_type newest{};
  std::error_code ignored;
  for (const auto& entry : core::fs::directory_iterator(out, ignored)) {
    const auto written = core::fs::last_write_time(entry.path(), ignored);
    if (best && written < newest) continue;
    if (const auto speed = speed_of(entry.path(), wanted)) {
      best = speed;
      newest = written;
    }
  }
  return best;
}

// At most: early stop may end sooner, and other budgets than rollouts and evaluations.
void count(const config::ExperimentConfig& config, int tasks, Cost& cost) {
  const auto& adapt = config.adapt;
  int outside = 0, evaluated = -1;  // rollouts beside the budget; verdicts, -1: of all rollouts
  cost.rollouts = rollouts_of_method(config, tasks);
  if (adapt.method == "best_of_n" || adapt.method == "power_sampling") {
    const int n = adapt.best_of_n_samples;
    const bool few =
        adapt.method == "best_of_n" && adapt.evaluate_top > 0 && adapt.evaluate_top < n;
    const int top = few ? adapt.evaluate_top : 0;
    if (few) evaluated = tasks * top;
    // What the rules pick is judged once more.
    cost.evaluations = tasks * std::min(adapt::rules_that_pick(top), few ? top : n);
  } else if (adapt.method == "rlvr") {
    cost.updates = adapt::rlvr_steps(adapt, tasks);
  } else if (adapt.method != "base") {
    cost.updates = adapt.steps;
    outside = tasks * adapt.reevaluate_samples;
  }
  const auto limit = [](int count, std::int64_t limit) {
    return limit > 0 && limit < count ? static_cast<int>(limit) : count;
  };
  cost.rollouts = limit(cost.rollouts, config.budget.rollouts);
  cost.evaluations +=
      limit(evaluated < 0 ? cost.rollouts : evaluated, config.budget.evaluations) + outside;
  cost.rollouts += outside;
}

std::string duration(double seconds) {
  char text[48];
  if (seconds < 90)
    std::snprintf(text, sizeof text, "%.0f s", seconds);
  else if (seconds < 5400)
    std::snprintf(text, sizeof text, "%.0f min", seconds / 60);
  else
    std::snprintf(text, sizeof text, "%.1f h", seconds / 3600);
  return text;
}

}  // namespace

int rollouts_of_method(const config::ExperimentConfig& config, int tasks) {
  const auto& adapt = config.adapt;
  const int samples = config.sampling.samples_per_task;
  if (adapt.method == "base") return tasks * samples;
  if (adapt.method == "best_of_n" || adapt.method == "power_sampling")
    return tasks * adapt.best_of_n_samples;
  if (adapt.method == "rlvr") return adapt.epochs * tasks * samples;
  return tasks * samples * (adapt.steps + 1);
}

Cost cost_of(const config::ExperimentConfig& config, int tasks, const core::fs::path& out) {
  Cost cost;
  cost.tasks = tasks;
  count(config, tasks, cost);
  if (const auto speed = newest_speed(config, out)) {
    cost.seconds = cost.rollouts * speed->sample_s + cost.evaluations * speed->evaluate_s +
                   cost.updates * speed->update_s;
    cost.basis = speed->basis;
  }
  return cost;
}

std::string text_of(const Cost& cost) {
  std::string text = std::to_string(cost.tasks) + " tasks, " + std::to_string(cost.rollouts) +
                     " rollouts, " + std::to_string(cost.evaluations) + " evaluations, " +
                     std::to_string(cost.updates) + " updates";
  if (cost.basis.empty()) return text + "; no earlier run of this kind to estimate the time from";
  return text + ", about " + duration(cost.seconds) + " (as in " + cost.basis + ")";
}

}  // namespace vegttt::experiment

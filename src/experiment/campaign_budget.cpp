#include "campaign_budget.h"

#include <algorithm>

#include "vegttt/config/campaign_title.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/plan.h"

namespace vegttt::experiment {
namespace {

using config::ExperimentConfig;

constexpr const char* kOrSaySo = ", or 'unequal budgets' in the title";

std::map<std::string, std::string> budget_of(const ExperimentConfig& config) {
  std::map<std::string, std::string> budget;
  for (const auto& field : config::fields_of(config)) {
    if (core::starts_with(field.key, "budget.")) budget[field.key] = field.value;
  }
  return budget;
}

bool has_limit(const config::BudgetOptions& budget) {
  return budget.rollouts > 0 || budget.sampled_tokens > 0 || budget.all_tokens > 0 ||
         budget.evaluations > 0 || budget.device_seconds > 0;
}

// -1: only the catalogue knows.
int tasks_named(const config::TaskOptions& tasks) {
  if (!tasks.ids.empty()) return static_cast<int>(tasks.ids.size());
  return tasks.count > 0 ? tasks.count : -1;
}

// Whether the method's own settings end it before the budget does. How many tokens or seconds it
// would take is not known beforehand.
bool ends_before(const ExperimentConfig& config, int most_rollouts, int tasks) {
  const auto& budget = config.budget;
  if (budget.sampled_tokens > 0 || budget.all_tokens > 0 || budget.device_seconds > 0) return false;
  const auto reached = [&](std::int64_t limit) {
    return limit > 0 && most_rollouts + tasks > limit;
  };
  return !reached(budget.rollouts) && !reached(budget.evaluations);
}

void require_whole_budget(const Campaign& campaign, const PlannedRun& run) {
  const auto& config = run.experiment.values;
  const auto& method = config.adapt.method;
  if (method == "base" || method == "rlvr") return;
  if (config.adapt.early_stop > 0)
    throw core::UserError(
        "'" + run.label + "' ends by adapt.early_stop, before its budget is spent",
        campaign.file,
        "early_stop: 0 (tables show what it would have chosen)" + std::string(kOrSaySo));
  const int tasks = tasks_named(config.tasks);
  if (tasks < 0) return;
  const int most = rollouts_of_method(config, tasks);
  if (ends_before(config, most, tasks))
    throw core::UserError("'" + run.label + "' asks for " + std::to_string(most) +
                              " rollouts at most, less than its budget",
                          campaign.file,
                          "more adapt.steps, sampling.samples_per_task or adapt.best_of_n_samples" +
                              std::string(kOrSaySo));
}

}  // namespace

bool admits_unequal_budgets(const std::string& title) {
  return config::admits_unequal_budgets(title);
}

void require_equal_budgets(const Campaign& campaign) {
  if (admits_unequal_budgets(campaign.options.title)) return;
  const auto& first = campaign.runs.front();
  if (!has_limit(first.experiment.values.budget))
    throw core::UserError("without a budget the methods would spend what they like",
                          campaign.file,
                          "budget: {rollouts: 960}" + std::string(kOrSaySo));
  for (const auto& run : campaign.runs) {
    if (run.held_out) continue;
    if (budget_of(run.experiment.values) != budget_of(first.experiment.values))
      throw core::UserError("'" + run.label + "' and '" + first.label + "' have unequal budgets",
                            campaign.file,
                            "one `budget` for all" + std::string(kOrSaySo));
    require_whole_budget(campaign, run);
  }
}

}  // namespace vegttt::experiment

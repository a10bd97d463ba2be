// The trials of a campaign that tunes, and which settings won.
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "analysis_tables.h"
#include "circumstances.h"
#include "estimands.h"
#include "vegttt/config/fields.h"
#include "vegttt/config/method_kind.h"
#include "vegttt/core/text.h"

namespace vegttt::report {
namespace {

using Settings = std::map<std::string, std::string>;

struct Trial {
  std::string kind, label;
  Settings settings;  // every key of the experiment
  int runs = 0;
  double reward = 0;  // mean of the rollouts after the first update
  double before = 0;  // of theta_0's
  BootstrapResult log_speedup;
  double fast = 0;  // of fresh samples
};

double mean_rate(const Campaign& campaign, const std::string& label, Rate rate) {
  const double value = clustered_bootstrap(clusters_of(fresh_rates(campaign, label, rate))).value;
  return std::isnan(value) ? 0 : value;
}

// Mean reward of the rollouts of steps [from, to) of a label's runs.
double mean_reward(const Campaign& campaign, const std::string& label, int from, int to) {
  double sum = 0;
  int n = 0;
  for (const auto& run : campaign.runs) {
    if (run.label != label || !run.done()) continue;
    for (const auto& step : run.records->trajectory.steps) {
      if (step.step_idx < from || step.step_idx >= to) continue;
      n += step.n_samples();
      for (const auto& [task, counts] : step.tasks) sum += counts.reward_sum;
    }
  }
  return n == 0 ? 0 : sum / n;
}

Settings settings_of(const config::ExperimentConfig& config) {
  Settings settings;
  for (const auto& field : config::fields_of(config)) settings[field.key] = field.value;
  return settings;
}

std::vector<Trial> trials_of(const Campaign& campaign) {
  std::vector<Trial> trials;
  for (const auto& label : campaign.labels()) {
    Trial trial;
    trial.label = label;
    for (const auto& run : campaign.runs) {
      if (run.label != label || !run.done() || !adapts(run.method)) continue;
      if (trial.runs++ > 0) continue;
      trial.kind = config::kind_of_method(run.records->config);
      trial.settings = settings_of(run.records->config);
    }
    if (trial.runs == 0) continue;
    trial.before = mean_reward(campaign, label, 0, 1);
    trial.reward = mean_reward(campaign, label, 1, std::numeric_limits<int>::max());
    trial.log_speedup = clustered_bootstrap(clusters_of(log_speedups(campaign, label)));
    trial.fast = mean_rate(campaign, label, Rate::kFast1);
    trials.push_back(std::move(trial));
  }
  return trials;
}

std::map<std::string, const Trial*> winners_of(const std::vector<Trial>& trials) {
  std::map<std::string, const Trial*> winners;
  for (const auto& trial : trials) {
    auto& best = winners[trial.kind];
    if (best == nullptr || trial.reward > best->reward) best = &trial;
  }
  return winners;
}

// Keys in which the trials of a kind differ: what was tuned.
std::vector<std::string> tuned_keys(const std::vector<Trial>& trials, const std::string& kind) {
  std::map<std::string, std::set<std::string>> values;
  for (const auto& trial : trials) {
    if (trial.kind != kind) continue;
    for (const auto& [key, value] : trial.settings) values[key].insert(value);
  }
  std::vector<std::string> keys;
  for (const auto& [key, different] : values) {
    const bool of_the_run = key == "name" || key == "seed" || key == "description" ||
                            core::starts_with(key, "tasks.") || core::starts_with(key, "budget.");
    if (different.size() > 1 && !of_the_run) keys.push_back(key);
  }
  return keys;
}

std::map<std::string, int> trials_by_kind(const std::vector<Trial>& trials) {
  std::map<std::string, int> number;
  for (const auto& trial : trials) ++number[trial.kind];
  return number;
}

bool equal_trials(const std::vector<Trial>& trials) {
  const auto number = trials_by_kind(trials);
  for (const auto& [kind, n] : number) {
    if (n != number.begin()->second) return false;
  }
  for (const auto& trial : trials) {
    if (trial.runs != trials.front().runs) return false;
  }
  return !trials.empty();
}

std::string why(const Trial& winner, int trials) {
  char text[120];
  std::snprintf(text,
                sizeof text,
                ": mean reward %.4f, of theta_0 %.4f; one of %d trials",
                winner.reward,
                winner.before,
                trials);
  return winner.label + text;
}

}  // namespace

Table tuning_table(const Campaign& campaign) {
  const auto trials = trials_of(campaign);
  const auto winners = winners_of(trials);
  Table table;
  table.name = "campaign/tuning";
  table.title = campaign.title + ": trials by method";
  table.cells = Cells({"method",
                       "trial",
                       "runs",
                       "reward of theta_0",
                       "reward after",
                       "best kernels, 95 %",
                       "fresh fast_1",
                       "chosen"},
                      {false, false, true, true, true, true, true, false});
  for (const auto& trial : trials) {
    const auto& log = trial.log_speedup;
    table.cells.add({trial.kind,
                     trial.label,
                     count_cell(trial.runs),
                     number_cell(trial.before, 4),
                     number_cell(trial.reward, 4),
                     std::isnan(log.value)
                         ? missing_cell()
                         : Cell(factor_text(log.value, log.interval.low, log.interval.high)),
                     percent_cell(trial.fast),
                     winners.at(trial.kind) == &trial ? "yes" : ""});
  }
  table.notes = {
      "Chosen: the highest mean reward of the rollouts after the first update, of equal ones the "
      "first: it has more samples behind it than the best kernels. It is a maximum of noisy values "
      "all the same; what the settings are worth is for other tasks to say. tuned.yaml holds "
      "them."};
  if (!equal_trials(trials))
    table.notes.push_back("Trials are unequal or incomplete: tuned.yaml is not written.");
  table.circumstances = circumstances_of(campaign);
  table.circumstances.interval = "95 %, percentile bootstrap clustered by task";
  return table;
}

std::string tuned_yaml(const Campaign& campaign) {
  const auto trials = trials_of(campaign);
  if (!campaign.tunes || !campaign.missing().empty() || !equal_trials(trials)) return "";
  const auto number = trials_by_kind(trials);
  std::string yaml =
      "# Chosen by " + campaign.name +
      " on tasks of its own, by the mean reward after the first update; for other campaigns:\n"
      "#   vegttt reproduce --campaign FILE --tuned THIS\n"
      "methods:\n";
  for (const auto& [kind, winner] : winners_of(trials)) {
    yaml += "  " + kind + ":  # " + why(*winner, number.at(kind)) + "\n";
    for (const auto& key : tuned_keys(trials, kind))
      yaml += "    " + key + ": " + winner->settings.at(key) + "\n";
  }
  return yaml;
}

}  // namespace vegttt::report

// Whether runs may stand in one table: by what they spent, not by what they were allowed.
#include <algorithm>
#include <set>

#include "checks.h"
#include "vegttt/config/campaign_title.h"
#include "vegttt/core/error.h"

namespace vegttt::report {
namespace {

std::map<std::string, double> numbers_in(const CampaignRun& run, const char* member) {
  std::map<std::string, double> numbers;
  if (!run.records || !run.records->summary.contains("budget")) return numbers;
  const auto values = run.records->summary.at("budget").value(member, core::Json::object());
  for (const auto& [kind, value] : values.items()) numbers[kind] = value.get<double>();
  return numbers;
}

std::string amount(double value) { return std::to_string(static_cast<std::int64_t>(value)); }

constexpr const char* kTryThis =
    "one budget for all, or 'unequal budgets' in the title of the campaign";

void require_kept(const CampaignRun& run) {
  const auto spent = spent_of(run);
  for (const auto& [kind, limit] : limits_of(run)) {
    const auto found = spent.find(kind);
    // Seconds are predicted, not counted.
    const double room = kind == "device_seconds" ? 1.1 * limit : limit;
    if (found == spent.end() || found->second <= room) continue;
    throw core::UserError(
        text_of(run) + " spent " + amount(found->second) + " " + kind + " of " + amount(limit),
        "",
        kTryThis);
  }
}

void require_spent(const CampaignRun& run) {
  if (spent_whole_budget(run)) return;
  const auto spent = spent_of(run), limits = limits_of(run);
  const auto& [kind, limit] = *limits.begin();
  const auto found = spent.find(kind);
  throw core::UserError(text_of(run) + " ended by itself after " +
                            amount(found == spent.end() ? 0 : found->second) + " " + kind + " of " +
                            amount(limit) + ": the others had more",
                        "",
                        "more adapt.steps or samples. Or " + std::string(kTryThis));
}

// The least that a run can go on by: a rollout of every task.
double smallest_round(const CampaignRun& run, const std::string& kind, double limit) {
  if (kind == "device_seconds") return 0.1 * limit;
  const auto& steps = run.records->trajectory.steps;
  const double tasks = steps.empty() ? 0 : static_cast<double>(steps.front().tasks.size());
  const bool of_tokens = kind == "sampled_tokens" || kind == "all_tokens";
  return of_tokens ? tasks * run.records->config.sampling.max_new_tokens : tasks;
}

int rollouts_of_steps(const CampaignRun& run) {
  const auto& steps = run.records->trajectory.steps;
  return steps.empty() ? 0 : steps.back().rollouts_so_far;
}

bool equal_limits(const CampaignRun& a, const CampaignRun& b) {
  const auto of_a = limits_of(a), of_b = limits_of(b);
  return of_a.empty() && of_b.empty() ? rollouts_of_steps(a) == rollouts_of_steps(b) : of_a == of_b;
}

std::set<std::string> subsets_worked_on(const Campaign& campaign) {
  std::set<std::string> subsets;
  for (const auto& run : campaign.runs) {
    if (run.method != "base" && run.method != "rlvr") subsets.insert(run.subset);
  }
  return subsets;
}

}  // namespace

bool admits_unequal_budgets(const Campaign& campaign) {
  return config::admits_unequal_budgets(campaign.title);
}

std::map<std::string, double> spent_of(const CampaignRun& run) { return numbers_in(run, "spent"); }
std::map<std::string, double> limits_of(const CampaignRun& run) {
  return numbers_in(run, "limits");
}

std::string stopped_by(const CampaignRun& run) {
  if (!run.records || !run.records->summary.contains("budget")) return "";
  return core::get_or<std::string>(run.records->summary.at("budget"), "stopped_by", "");
}

bool spent_whole_budget(const CampaignRun& run) {
  if (!run.records) return false;
  const auto limits = limits_of(run);
  if (limits.empty() || !stopped_by(run).empty()) return true;
  const auto spent = spent_of(run);
  return std::any_of(limits.begin(), limits.end(), [&](const auto& one) {
    const auto& [kind, limit] = one;
    const auto found = spent.find(kind);
    return found != spent.end() && found->second + smallest_round(run, kind, limit) > limit;
  });
}

bool competes(const Campaign& campaign, const std::string& label) {
  const auto subsets = subsets_worked_on(campaign);
  const CampaignRun* other = nullptr;
  for (const auto& run : campaign.runs) {
    if (run.done() && run.method != "base" && run.method != "rlvr") other = &run;
  }
  for (const auto& run : campaign.runs) {
    if (run.label != label) continue;
    if (run.method == "rlvr") return false;
    if (run.method != "base") continue;
    if (!subsets.empty() && subsets.count(run.subset) == 0) return false;
    if (admits_unequal_budgets(campaign) || !run.done()) continue;
    if (!spent_whole_budget(run) || (other != nullptr && !equal_limits(run, *other))) return false;
  }
  return true;
}

std::string name_in_tables(const Campaign& campaign, const std::string& label) {
  if (competes(campaign, label)) return label;
  const bool theta_0 =
      std::any_of(campaign.runs.begin(), campaign.runs.end(), [&](const auto& run) {
        return run.label == label && run.method == "base";
      });
  return label + (theta_0 ? " (theta_0, not at equal budget)" : " (not at equal budget)");
}

void refuse_unequal_budgets(const Campaign& campaign) {
  if (admits_unequal_budgets(campaign)) return;
  const CampaignRun* first = nullptr;
  for (const auto& run : campaign.runs) {
    if (!run.done() || !competes(campaign, run.label)) continue;
    require_kept(run);
    require_spent(run);
    if (first == nullptr) first = &run;
    if (equal_limits(run, *first)) continue;
    throw core::UserError("budgets differ between " + text_of(*first) + " and " + text_of(run),
                          (campaign.path / "campaign.json").string(),
                          kTryThis);
  }
}

}  // namespace vegttt::report

// The plain answer and the list of a campaign's tables.
#include <cmath>

#include "analysis_tables.h"
#include "checks.h"
#include "circumstances.h"
#include "estimands.h"
#include "vegttt/core/text.h"
#include "vegttt/report/diagnostics.h"

namespace vegttt::report {
namespace {

std::string how_sure(const PairedComparison& paired) {
  char text[160];
  std::snprintf(text,
                sizeof text,
                "%d tasks x %zu seeds, %.0f %% of bootstrap draws above 1.0",
                paired.tasks,
                paired.by_seed.size(),
                100 * paired.difference.share_above_zero);
  std::string sure = text;
  if (std::isnan(paired.over_seeds.p)) return sure;
  std::snprintf(text, sizeof text, "; given these tasks p = %.3f over seeds", paired.over_seeds.p);
  return sure + text;
}

std::string yes_or_no(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "Yes";
    case Verdict::kWorse:
      return "No, it did worse";
    case Verdict::kUnclear:
      return "Unclear";
  }
  return "";
}

// An equal kernel's median ratio differs by this much between processes (docs/gpu-results.md).
constexpr double kTooSmallToMatter = 0.01;

std::string what_is_ruled_out(const PairedComparison& paired) {
  const Interval& log_ratio = paired.difference.interval;
  const bool small = log_ratio.low > -kTooSmallToMatter && log_ratio.high < kTooSmallToMatter;
  return small && paired.tasks >= kFewestTasks ? " That rules out a difference of 1 %." : "";
}

// "BoA against Best-of-N: Unclear: 1.02x [0.97, 1.08] ..."
std::string sentence_of(const Campaign& campaign,
                        const std::string& label,
                        const std::string& reference) {
  const auto paired =
      compare_paired(log_speedups(campaign, label), log_speedups(campaign, reference));
  if (paired.pairs == 0) return label + " against " + reference + ": no pair of finished runs yet.";
  const auto& difference = paired.difference;
  std::string text =
      label + " against " + reference + ": " + yes_or_no(verdict_of(paired)) +
      ". Its best kernels are " +
      factor_text(difference.value, difference.interval.low, difference.interval.high) +
      " as fast (95 % over tasks; " + how_sure(paired) + ")." + what_is_ruled_out(paired);
  const auto moved = moved_by(campaign, label);
  if (moved.within_noise())
    text += " No adaptation took place: KL(theta_s, theta_0) is within noise.";
  else if (!moved.known)
    text += " Whether the weights moved was not recorded.";
  return text;
}

std::string tasks_without_headroom(const Campaign& campaign) {
  std::vector<std::string> without;
  for (const auto& one : headroom_of(campaign)) {
    if (!one.any()) without.push_back(one.task);
  }
  if (without.empty()) return "";
  return "No kernel of any run is surely faster than the reference on " +
         core::join(without, ", ") + ": these tasks cannot tell methods apart.";
}

}  // namespace

std::string plain_answer(const Campaign& campaign) {
  const auto reference = reference_label(campaign);
  if (!reference) return "No run of Best-of-N: nothing to compare adaptation with.";
  const bool unequal = admits_unequal_budgets(campaign);
  std::vector<std::string> lines = {"Did adaptation beat " + *reference + " at " +
                                    (unequal ? "UNEQUAL budgets" : "equal budget") + " (" +
                                    budget_text(campaign) + ")?"};
  for (const auto& label : campaign.labels()) {
    if (adapts(method_of(campaign, label)))
      lines.push_back(sentence_of(campaign, label, *reference));
  }
  if (lines.size() == 1) lines.push_back("No method of this campaign adapts.");
  if (is_descriptive(campaign))
    lines.push_back("Descriptive: " + std::to_string(tasks_of(campaign).size()) +
                    " tasks, fewer than " + std::to_string(kFewestTasks) + ".");
  if (const int seeds = sample_seeds_of(campaign); seeds < kFewestSeeds)
    lines.push_back("Few repetitions: " + std::to_string(seeds) + " sample seed" +
                    (seeds == 1 ? "" : "s") + ", fewer than " + std::to_string(kFewestSeeds) + ".");
  if (const auto line = tasks_without_headroom(campaign); !line.empty()) lines.push_back(line);
  const auto missing = campaign.missing();
  if (!missing.empty())
    lines.push_back("Preliminary: " + std::to_string(missing.size()) + " of " +
                    std::to_string(campaign.runs.size()) + " runs are not there.");
  return core::join(lines, "\n");
}

std::vector<Table> campaign_tables(const Campaign& campaign) {
  refuse_unequal_budgets(campaign);
  std::vector<Table> tables = {primary_table(campaign),
                               secondary_table(campaign),
                               headroom_table(campaign),
                               by_task_table(campaign),
                               budget_table(campaign),
                               outside_table(campaign)};
  if (campaign.tunes) tables.insert(tables.begin(), tuning_table(campaign));
  for (auto& table : diagnostics_tables(campaign)) tables.push_back(std::move(table));
  return tables;
}

}  // namespace vegttt::report

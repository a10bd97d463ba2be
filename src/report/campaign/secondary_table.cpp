#include <cmath>

#include "analysis_tables.h"
#include "circumstances.h"
#include "estimands.h"

namespace vegttt::report {
namespace {

Cell interval_of(const BootstrapResult& result) {
  return interval_cell(result.interval.low, result.interval.high);
}

Cell moved_cell(const Moved& moved) {
  if (!moved.known) return "not recorded";
  char text[64];
  std::snprintf(text, sizeof text, "%.3g", moved.kl);
  return {text, moved.kl};
}

std::string adaptation_text(const std::string& method, const Moved& moved) {
  if (!adapts(method)) return "none intended";
  if (!moved.known) return "not known";
  return moved.within_noise() ? "none took place" : "yes";
}

std::vector<Cell> row_of(const Campaign& campaign, const std::string& label, Rate rate) {
  const auto selected = fresh_rates(campaign, label, rate);
  const auto start = probe_rates(campaign, label, rate);
  const auto level = clustered_bootstrap(clusters_of(selected));
  const auto paired = compare_paired(selected, start);
  const double p = p_against_probe(campaign, label, rate);
  const auto method = method_of(campaign, label);
  const auto moved = moved_by(campaign, label);
  return {label,
          rate == Rate::kFast1 ? "fast_1" : "fast_1_strict",
          count_cell(static_cast<std::int64_t>(selected.size())),
          percent_cell(level.value),
          interval_of(level),
          percent_cell(clustered_bootstrap(clusters_of(start)).value),
          points_cell(paired.difference.value),
          interval_of(paired.difference),
          number_cell(p, 3),
          paired.pairs == 0 ? "-" : name_of(p < 0.05 ? verdict_of(paired, p) : Verdict::kUnclear),
          moved_cell(moved),
          adaptation_text(method, moved)};
}

}  // namespace

Table secondary_table(const Campaign& campaign) {
  Table table;
  table.name = "campaign/secondary";
  table.title = campaign.title + ": selected checkpoint against theta_0, fresh samples";
  table.cells = Cells({"method",
                       "rate",
                       "n units",
                       "selected",
                       "95 %",
                       "theta_0",
                       "difference",
                       "95 %",
                       "p",
                       "verdict",
                       "KL",
                       "adaptation"},
                      {false, false, true, true, true, true, true, true, true, false, true, false});
  for (const auto& label : campaign.labels()) {
    if (method_of(campaign, label) == "rlvr") continue;
    for (const Rate rate : {Rate::kFast1, Rate::kFast1Strict})
      table.cells.add(row_of(campaign, label, rate));
  }
  table.notes = {
      "`selected`: new samples from the checkpoint that the method chose; `theta_0`: separate "
      "probe "
      "samples. Neither chose anything, so that neither is a maximum of noisy values.",
      "`p`: equal rates given these tasks, stratified; a probe that runs share counts once. A "
      "verdict "
      "needs it below .05 and an interval over tasks without 0.",
      "`KL`: the largest KL(theta_s, theta_0) of any step and seed; adaptation took place where it "
      "exceeds what differences in computing log-probs (and its own sampling error, where "
      "recorded) "
      "explain."};
  if (is_descriptive(campaign))
    table.notes.push_back("Fewer than " + std::to_string(kFewestTasks) + " tasks: descriptive.");
  table.circumstances = circumstances_of(campaign);
  table.circumstances.denominators = "Rates are over samples of a task, then the mean over tasks";
  table.circumstances.interval = "95 %, percentile bootstrap clustered by task, in points";
  return table;
}

}  // namespace vegttt::report

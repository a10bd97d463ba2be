#include "circumstances.h"

#include <cmath>
#include <cstdio>
#include <set>

#include "vegttt/core/text.h"

namespace vegttt::report {

Circumstances circumstances_of(const Campaign& campaign, const std::string& label) {
  Circumstances circumstances;
  std::set<std::int64_t> task_seeds, sample_seeds;
  for (const auto& run : campaign.runs) {
    if (!label.empty() && run.label != label) continue;
    task_seeds.insert(run.task_seed);
    sample_seeds.insert(run.sample_seed);
    if (!run.records) continue;
    circumstances.protocol = run.records->protocol;
    if (circumstances.machine.empty()) circumstances.machine = run.records->machine;
  }
  circumstances.task_seeds.assign(task_seeds.begin(), task_seeds.end());
  circumstances.sample_seeds.assign(sample_seeds.begin(), sample_seeds.end());
  circumstances.missing = campaign.missing();
  return circumstances;
}

std::string budget_text(const Campaign& campaign) {
  std::vector<std::string> parts;
  for (const auto& [kind, value] : campaign.budget) {
    if (value <= 0) continue;
    char number[32];
    std::snprintf(number, sizeof number, "%.0f ", value);
    parts.push_back(number + core::replace_all(kind, "_", " "));
  }
  return parts.empty() ? "no budget" : core::join(parts, ", ") + " a run";
}

std::string factor_text(double log_value, double log_low, double log_high) {
  char text[96];
  std::snprintf(text,
                sizeof text,
                "%.3fx [%.3f, %.3f]",
                std::exp(log_value),
                std::exp(log_low),
                std::exp(log_high));
  return text;
}

}  // namespace vegttt::report

#include "checks.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "vegttt/config/fields.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::report {
namespace {

using Fields = std::map<std::string, std::string>;

Fields fields_of_run(const CampaignRun& run) {
  Fields fields;
  for (const auto& field : config::fields_of(run.records->config)) fields[field.key] = field.value;
  return fields;
}

bool begins_with_any(const std::string& key, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
    return core::starts_with(key, prefix);
  });
}

// What runs of one label may differ in.
bool is_of_the_run(const std::string& key) {
  return key == "seed" || key == "name" || key == "description" ||
         begins_with_any(key, {"tasks.ids", "tasks.split", "tasks.offset", "tasks.count"});
}

// What all runs of a campaign must share.
bool is_of_the_campaign(const std::string& key) {
  return key == "tasks.size" || key == "tasks.reference" ||
         begins_with_any(key,
                         {"evaluate.dialect",
                          "evaluate.protocol",
                          "evaluate.precision",
                          "evaluate.threads",
                          "policy.folder",
                          "policy.init",
                          "policy.reasoning",
                          "prompt.",
                          "sampling.max_new_tokens"});
}

[[noreturn]] void refuse(const std::string& what,
                         const CampaignRun& a,
                         const CampaignRun& b,
                         const std::string& value_a,
                         const std::string& value_b) {
  throw core::UserError(what + " is " + value_a + " in " + text_of(a) + " and " + value_b + " in " +
                            text_of(b) + ": one table cannot hold both",
                        "",
                        "campaigns of their own, or equal values");
}

void compare(const CampaignRun& a, const CampaignRun& b) {
  const auto of_a = fields_of_run(a), of_b = fields_of_run(b);
  for (const auto& [key, value] : of_a) {
    const auto other = of_b.find(key);
    if (other == of_b.end() || other->second == value) continue;
    const bool same_label = a.label == b.label && !is_of_the_run(key);
    // `base` may look at checkpoints that other runs of the campaign have selected.
    if (key == "policy.init" && (a.method == "base" || b.method == "base")) continue;
    if (same_label || is_of_the_campaign(key)) refuse(key, a, b, value, other->second);
  }
  const auto &on_a = a.records->machine, &on_b = b.records->machine;
  if (!on_a.empty() && !on_b.empty() && on_a != on_b) refuse("the machine", a, b, on_a, on_b);
}

}  // namespace

std::string text_of(const CampaignRun& run) {
  return run.label + ", subset " + run.subset + ", task seed " + std::to_string(run.task_seed) +
         ", sample seed " + std::to_string(run.sample_seed);
}

void refuse_doubled_runs(const Campaign& campaign) {
  std::set<std::tuple<std::string, std::string, std::int64_t, std::int64_t>> seen;
  for (const auto& run : campaign.runs) {
    if (!seen.insert({run.label, run.subset, run.task_seed, run.sample_seed}).second)
      throw core::UserError(text_of(run) + " is there twice: its evidence would count twice",
                            (campaign.path / "campaign.json").string());
  }
}

void refuse_mixed_configs(const Campaign& campaign) {
  const CampaignRun* first = nullptr;
  std::map<std::string, const CampaignRun*> first_of_label;
  for (const auto& run : campaign.runs) {
    if (!run.records) continue;
    if (first == nullptr) first = &run;
    compare(*first, run);
    const auto [place, fresh] = first_of_label.emplace(run.label, &run);
    if (!fresh) compare(*place->second, run);
  }
}

}  // namespace vegttt::report

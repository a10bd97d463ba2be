#include "outside_support.h"

#include <algorithm>

#include "vegttt/core/json.h"
#include "vegttt/core/text.h"

namespace vegttt::experiment {
namespace {

// The values of all keys that begin with one of `prefixes`, but for `without`.
std::string key_from(const config::ExperimentConfig& config,
                     const std::vector<std::string>& prefixes,
                     const std::vector<std::string>& without = {}) {
  std::string key;
  for (const auto& field : config::fields_of(config)) {
    const bool wanted = std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& prefix) {
      return core::starts_with(field.key, prefix);
    });
    if (wanted && std::find(without.begin(), without.end(), field.key) == without.end())
      key += field.key + "=" + field.value + "\n";
  }
  return key;
}

}  // namespace

std::string judge_key(const config::ExperimentConfig& config) {
  return key_from(config, {"evaluate.", "tasks.size", "tasks.reference", "tasks.folders"});
}

std::string probe_key(const config::ExperimentConfig& config) {
  return key_from(config,
                  {"evaluate.", "tasks.", "policy.", "prompt.", "sampling."},
                  {"sampling.samples_per_task", "sampling.slots"});
}

std::vector<std::vector<const PlannedRun*>> groups_of(const std::vector<const PlannedRun*>& runs,
                                                      const KeyOf& key_of) {
  std::vector<std::string> keys;
  std::vector<std::vector<const PlannedRun*>> groups;
  for (const auto* run : runs) {
    const std::string key = key_of(run->experiment.values);
    const auto found = std::find(keys.begin(), keys.end(), key);
    if (found == keys.end()) {
      keys.push_back(key);
      groups.push_back({run});
    } else {
      groups[static_cast<std::size_t>(found - keys.begin())].push_back(run);
    }
  }
  return groups;
}

std::vector<std::string> tasks_of_run(const core::fs::path& run) {
  const auto file = run / "prompts.json";
  const auto prompts = core::parse_json(core::read_file(file), file.string());
  std::vector<std::string> tasks;
  for (const auto& [task, prompt] : prompts.items()) tasks.push_back(task);
  return tasks;
}

}  // namespace vegttt::experiment

#include "vegttt/experiment/records_file.h"

#include <cmath>
#include <limits>
#include <map>

#include "vegttt/core/json_lines.h"

namespace vegttt::experiment {

std::vector<records::JudgedRollout> read_rollouts(const core::fs::path& run,
                                                  const std::string& file_name) {
  std::vector<records::JudgedRollout> all;
  core::for_each_json_line(run / file_name, [&](const core::Json& line) {
    all.push_back(records::judged_rollout_from_json(line));
  });
  return all;
}

std::map<records::RolloutKey, std::pair<double, double>> read_rewards(const core::fs::path& run,
                                                                      int step) {
  const auto number = [](const core::Json& value) {
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : core::number_of(value);
  };
  std::map<records::RolloutKey, std::pair<double, double>> all;
  core::for_each_json_line(run / "rewards.jsonl", [&](const core::Json& line) {
    if (core::get<int>(line, "theta_step") != step) return;
    for (const auto& row : line.at("rollouts")) {
      records::RolloutKey key{core::get<std::int64_t>(line, "seed"),
                              step,
                              core::get<std::string>(row, "task_id"),
                              core::get<int>(row, "sample")};
      all[key] = {number(row.at("reward")), number(row.at("advantage"))};
    }
  });
  return all;
}

}  // namespace vegttt::experiment

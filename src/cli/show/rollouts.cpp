// A step by task, a task by sample.
#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <map>

#include "show/views.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::cli {

using records::Status;

void show_step(const Place& place) {
  std::map<std::string, std::map<Status, int>> counts;
  for (const auto& one : rollouts_at(place))
    ++counts[one.rollout.key.task_id][one.evaluation.status];
  std::vector<std::string> header = {"task"};
  for (const Status status : records::all_statuses()) header.push_back(records::name_of(status));
  std::vector<bool> right(header.size(), true);
  right[0] = false;
  core::TextTable table(header, right);
  for (const auto& [task, by_status] : counts) {
    std::vector<std::string> row = {task};
    for (const Status status : records::all_statuses()) {
      const auto found = by_status.find(status);
      row.push_back(found == by_status.end() ? "." : std::to_string(found->second));
    }
    table.add(row);
  }
  std::cout << table.plain();
}

void show_task(const Place& place) {
  const auto rewards = experiment::read_rewards(place.run, place.step);
  core::TextTable table(
      {"sample", "status", "speedup", "reward", "advantage", "tokens", "kernel", "message"},
      {true, false, true, true, true, true, false, false});
  for (const auto& one : rollouts_at(place)) {
    const auto& evaluation = one.evaluation;
    const auto reward = rewards.find(one.rollout.key);
    const auto number = [](double value) {
      return std::isnan(value) ? std::string("-") : fmt::format("{:.3f}", value);
    };
    table.add({std::to_string(one.rollout.key.sample),
               records::name_of(evaluation.status),
               evaluation.timing ? fmt::format("{:.2f}x", evaluation.timing->speedup) : "-",
               reward == rewards.end() ? "-" : number(reward->second.first),
               reward == rewards.end() ? "-" : number(reward->second.second),
               std::to_string(one.rollout.completion_tokens.size()),
               one.rollout.code_hash,
               evaluation.message.substr(0, 60)});
  }
  std::cout << table.plain();
}

}  // namespace vegttt::cli

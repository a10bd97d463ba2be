#include "show/place.h"

#include <set>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/records_file.h"

namespace vegttt::cli {
namespace {

using core::fs::path;

int number_of(const std::string& text, const std::string& what) {
  constexpr std::size_t kMostDigits = 9;
  if (text.empty() || text.size() > kMostDigits ||
      text.find_first_not_of("0123456789") != std::string::npos)
    throw core::UsageError("expected the number of a " + what + ", got '" + text + "'",
                           "",
                           "vegttt show RUN/STEP/TASK/SAMPLE");
  return std::stoi(text);
}

// Cuts the words behind the run off `text`.
path run_of(const std::string& text, std::vector<std::string>& rest) {
  for (path prefix = path(text).lexically_normal(); !prefix.empty();
       prefix = prefix.parent_path()) {
    if (core::fs::exists(prefix / "config.yaml")) return prefix;
    if (!prefix.filename().empty()) rest.insert(rest.begin(), prefix.filename().string());
    if (prefix == prefix.parent_path()) break;
  }
  throw core::UserError(
      "is not the folder of a run: config.yaml is missing", text, "a folder like runs/NAME");
}

std::set<std::string> tasks_of(const path& run) {
  std::set<std::string> ids;
  const path file = run / "prompts.json";
  if (!core::fs::exists(file)) return ids;
  const auto prompts = core::parse_json(core::read_file(file), file.string());
  for (const auto& [id, prompt] : prompts.items()) ids.insert(id);
  return ids;
}

// A task id from one word or two: its own may hold a slash, and "4" stands for "L1/4".
std::string take_task(const std::vector<std::string>& words,
                      std::size_t& next,
                      const std::set<std::string>& known) {
  const std::string one = words[next++];
  const std::string two = next < words.size() ? one + "/" + words[next] : "";
  const bool number = one.find_first_not_of("0123456789") == std::string::npos;
  if (known.count(two) == 0) {
    if (known.count(one) > 0) return one;
    if (number) return "L1/" + one;
    if (two.empty()) return one;
  }
  ++next;
  return two;
}

}  // namespace

Place place_of(const std::string& text) {
  Place place;
  std::vector<std::string> rest;
  place.run = run_of(text, rest);
  if (rest.empty()) return place;
  place.step = number_of(core::starts_with(rest[0], "step_") ? rest[0].substr(5) : rest[0], "step");
  std::size_t next = 1;
  if (rest.size() > next) place.task = take_task(rest, next, tasks_of(place.run));
  if (rest.size() > next) place.sample = number_of(rest[next++], "sample");
  if (rest.size() > next)
    throw core::UsageError("too many parts in '" + text + "'", "", "RUN/STEP/TASK/SAMPLE");
  return place;
}

std::vector<records::JudgedRollout> rollouts_at(const Place& place) {
  std::vector<records::JudgedRollout> found;
  for (auto& one : experiment::read_rollouts(place.run, "rollouts.jsonl")) {
    const auto& key = one.rollout.key;
    if (key.theta_step != place.step || (!place.task.empty() && key.task_id != place.task))
      continue;
    if (place.sample >= 0 && key.sample != place.sample) continue;
    found.push_back(std::move(one));
  }
  if (found.empty())
    throw core::UserError("has no such rollout: step " + std::to_string(place.step) +
                              (place.task.empty() ? "" : ", task " + place.task) +
                              (place.sample < 0 ? "" : ", sample " + std::to_string(place.sample)),
                          place.run.string(),
                          "vegttt show " + place.run.string());
  return found;
}

}  // namespace vegttt::cli

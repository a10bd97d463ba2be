#include "read_rollouts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "choose_kernels.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/core/text.h"

namespace vegttt::report::html {
namespace {

using core::Json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
using RewardKey = std::tuple<int, std::string, int>;
using Rewards = std::map<RewardKey, std::pair<double, double>>;

double number_or_none(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? kNone : core::number_of(*found);
}

Rewards read_rewards(const core::fs::path& run) {
  Rewards rewards;
  core::for_each_json_line(run / "rewards.jsonl", [&](const Json& line) {
    const int step = core::get<int>(line, "theta_step", "rewards.jsonl");
    for (const auto& row : line.at("rollouts")) {
      const RewardKey key{
          step, core::get<std::string>(row, "task_id"), core::get<int>(row, "sample")};
      rewards[key] = {number_or_none(row, "reward"), number_or_none(row, "advantage")};
    }
  });
  return rewards;
}

Row row_of(const Json& line, int task) {
  const Json& evaluation = line.at("evaluation");
  Row row;
  row.step = core::get<int>(line, "theta_step", "rollout");
  row.task = task;
  row.sample = core::get<int>(line, "sample", "rollout");
  row.status = records::status_from_name(core::get<std::string>(line, "status", "rollout"));
  row.speedup = row.low = row.high = row.reward = row.advantage = kNone;
  if (const auto timing = evaluation.find("timing");
      timing != evaluation.end() && timing->is_object()) {
    row.speedup = number_or_none(*timing, "speedup");
    row.low = number_or_none(*timing, "speedup_low");
    row.high = number_or_none(*timing, "speedup_high");
  }
  row.mean_logprob = number_or_none(line, "mean_logprob");
  row.tokens = core::get_or<int>(line, "completion_tokens", 0);
  row.cut = core::get_or<std::string>(line, "finish_reason", "") == "length";
  row.code_hash = core::get_or<std::string>(line, "code_hash", "");
  auto flags = core::get_or<std::vector<std::string>>(evaluation, "flags", {});
  if (row.cut) flags.push_back("cut_off");
  if (evaluation.contains("conditions") &&
      !core::get_or<std::string>(evaluation.at("conditions"), "throttled", "").empty())
    flags.push_back("throttled");
  row.flags = core::join(flags, " ");
  return row;
}

// Nanoseconds are enough for a picture and half of the bytes.
void shorten_times(Json& evaluation) {
  const auto timing = evaluation.find("timing");
  if (timing == evaluation.end() || !timing->is_object()) return;
  for (const char* key : {"candidate_us", "reference_us"}) {
    if (!timing->contains(key)) continue;
    for (auto& value : (*timing)[key])
      if (value.is_number()) value = std::round(value.get<double>() * 1000) / 1000;
  }
}

Kernel kernel_of(const Json& line, const PageRequest& request) {
  Kernel kernel;
  kernel.prompt_hash = core::get_or<std::string>(line, "prompt_hash", "");
  kernel.completion = core::valid_utf8(core::get_or<std::string>(line, "completion", ""));
  kernel.code = request.extract_code ? request.extract_code(kernel.completion) : kernel.completion;
  Json evaluation = line.at("evaluation");
  shorten_times(evaluation);
  kernel.evaluation = core::dump_json(evaluation);
  return kernel;
}

// Only the least important are dropped while reading: their rows say where they are. What repeats
// takes its place once in the file, so that many more may be kept than it has bytes.
constexpr std::size_t kHeld = 10;

void forget_some(std::vector<Kernel>& kernels, std::size_t bytes) {
  std::size_t held = 0;
  for (const auto& kernel : kernels) held += kernel.bytes();
  for (int least = 5; least > 0 && held > kHeld * bytes; --least) {
    std::erase_if(kernels, [&](const Kernel& kernel) {
      if (kernel.importance < least) return false;
      held -= kernel.bytes();
      return true;
    });
  }
}

}  // namespace

void read_rollouts(Run& run,
                   int run_index,
                   const PageRequest& request,
                   std::map<std::string, int>& task_index,
                   std::vector<Kernel>& kernels) {
  const auto rewards = read_rewards(run.records.path);
  std::vector<Kernel> here;
  core::for_each_json_line(run.records.path / "rollouts.jsonl", [&](const Json& line) {
    const auto task = core::get<std::string>(line, "task_id", "rollout");
    Row row =
        row_of(line, task_index.emplace(task, static_cast<int>(task_index.size())).first->second);
    if (const auto found = rewards.find({row.step, task, row.sample}); found != rewards.end())
      std::tie(row.reward, row.advantage) = found->second;
    here.push_back(kernel_of(line, request));
    here.back().run = run_index;
    here.back().row = run.rows.size();
    run.rows.push_back(std::move(row));
  });
  const auto importance = importance_of(run.rows);
  for (std::size_t i = 0; i < here.size(); ++i) here[i].importance = importance[i];
  std::move(here.begin(), here.end(), std::back_inserter(kernels));
  forget_some(kernels, request.bytes);
}

}  // namespace vegttt::report::html

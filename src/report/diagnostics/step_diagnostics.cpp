#include "step_diagnostics.h"

#include <cmath>
#include <set>

#include "vegttt/core/json_lines.h"
#include "vegttt/report/diagnostics.h"
#include "vegttt/report/statistics/moments.h"
#include "vegttt/report/statistics/rank.h"

namespace vegttt::report {
namespace {

constexpr std::size_t kFewestForARank = 4;

double recorded(const records::StepMetrics& step, const char* name) {
  const auto found = step.more.find(name);
  return found == step.more.end() ? std::nan("") : found->second;
}

using ByTask = std::map<std::string, std::vector<const RolloutLine*>>;

void count_kernels(const ByTask& tasks, StepDiagnostics& step) {
  std::vector<double> counts, shares;
  for (const auto& [task, lines] : tasks) {
    std::set<std::string> kernels;
    int with_code = 0;
    for (const auto* line : lines) {
      if (line->status == "no_code" || line->unscored) continue;
      ++with_code;
      kernels.insert(normalised_kernel(line->completion));
    }
    counts.push_back(static_cast<double>(kernels.size()));
    if (with_code > 0) shares.push_back(static_cast<double>(kernels.size()) / with_code);
  }
  step.distinct = mean(counts);
  step.distinct_share = mean(shares);
}

void correlate(const ByTask& tasks, StepDiagnostics& step) {
  std::vector<double> likelihoods, speedups, lengths, within;
  for (const auto& [task, lines] : tasks) {
    std::vector<double> x, y;
    for (const auto* line : lines) {
      if (!line->correct) continue;
      x.push_back(line->mean_logprob);
      y.push_back(line->speedup);
      lengths.push_back(line->completion_tokens);
    }
    if (x.size() >= kFewestForARank) {
      const double rho = spearman(x, y).rho;
      if (!std::isnan(rho)) within.push_back(rho);
    }
    likelihoods.insert(likelihoods.end(), x.begin(), x.end());
    speedups.insert(speedups.end(), y.begin(), y.end());
  }
  step.correlated = static_cast<int>(speedups.size());
  const bool enough = speedups.size() >= kFewestForARank;
  step.likelihood_speedup = enough ? spearman(likelihoods, speedups).rho : std::nan("");
  step.length_partial =
      enough ? partial_spearman(likelihoods, speedups, lengths).rho : std::nan("");
  step.within_tasks = mean(within);
}

// A line of rewards.jsonl: who moves the weights, and in how many groups nobody does.
void read_rewards(const core::Json& line, StepDiagnostics& step) {
  std::map<std::string, std::vector<double>> rewards;
  double sum = 0;
  for (const auto& row : line.at("rollouts")) {
    const auto task = row.at("task_id").get<std::string>();
    if (row.at("reward").is_number()) rewards[task].push_back(row.at("reward").get<double>());
    if (!row.at("advantage").is_number()) continue;
    const double size = std::abs(row.at("advantage").get<double>());
    step.gradient_share[task] += size;
    sum += size;
  }
  for (auto& [task, share] : step.gradient_share) share = sum > 0 ? share / sum : 0;
  step.groups = static_cast<int>(rewards.size());
  step.flat_groups = 0;
  for (const auto& [task, values] : rewards) {
    const bool flat = std::set<double>(values.begin(), values.end()).size() <= 1;
    step.flat_groups += flat;
  }
}

}  // namespace

std::vector<StepDiagnostics> diagnostics_of(const RunRecords& run) {
  std::map<int, ByTask> by_step;
  const auto& lines = rollouts_of(run);
  for (const auto& line : lines) by_step[line.theta_step][line.task_id].push_back(&line);
  std::map<int, StepDiagnostics> steps;
  for (const auto& metrics : run.trajectory.steps) {
    auto& step = steps[metrics.step_idx];
    step.step = metrics.step_idx;
    step.fast_1 = metrics.aggregate_fast_1();
    step.fast_1_strict = metrics.aggregate(&records::TaskCounts::fast_1_strict);
    step.entropy = recorded(metrics, "entropy");
    step.kl_theta0 = recorded(metrics, "kl_theta0");
    count_kernels(by_step[metrics.step_idx], step);
    correlate(by_step[metrics.step_idx], step);
  }
  core::for_each_json_line(run.path / "rewards.jsonl", [&](const core::Json& line) {
    const auto found = steps.find(core::get<int>(line, "theta_step"));
    if (found != steps.end()) read_rewards(line, found->second);
  });
  std::vector<StepDiagnostics> list;
  for (auto& [index, step] : steps) list.push_back(std::move(step));
  return list;
}

}  // namespace vegttt::report

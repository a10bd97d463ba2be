// A campaign's folder as the program writes it, with numbers of the test's own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::report {

struct FakeRun {
  std::string label, method, subset = "1";
  std::int64_t task_seed = 42, sample_seed = 1;
  std::map<std::string, double> best;            // task -> speedup of the best kernel, timed anew
  std::vector<std::map<std::string, int>> fast;  // by step: task -> fast of `samples`
  int samples = 32;
  std::map<std::string, int> fresh,
      probe;          // fast of `samples`, of the selected step and of theta_0
  double reward = 0;  // of every rollout after the first update
  int selected_step = 0;
  double kl = 0.02, gap = 1e-5;
  double budget = 320, spent = 320;
  std::string stopped_by = "rollouts";
  std::string more_config;  // YAML lines
  std::string state = "done";
  std::string machine = "fake machine";
  std::string rollouts;  // lines of rollouts.jsonl; empty: one wrong kernel
};

inline records::StepMetrics fake_step(int step, const std::map<std::string, int>& fast, int n) {
  records::StepMetrics metrics;
  metrics.step_idx = step;
  metrics.rollouts_so_far = (step + 1) * n * static_cast<int>(fast.size());
  for (const auto& [task, k] : fast) {
    auto& counts = metrics.tasks[task];
    counts.n = n;
    counts.fast_1 = counts.fast_1_strict = k;
    counts.correct = n - 1;
    counts.speedup_sum = counts.correct * 1.5;
    counts.best_speedup = 2;
  }
  return metrics;
}

inline std::string name_of(const FakeRun& run) {
  return run.label + "-" + run.subset + "-" + std::to_string(run.task_seed) + "-" +
         std::to_string(run.sample_seed);
}

inline core::Json summary_of(const FakeRun& run) {
  core::Json summary = {{"schema_version", 1},
                        {"method", run.method},
                        {"selected_step", run.selected_step},
                        {"budget",
                         {{"limits", {{"rollouts", run.budget}}},
                          {"spent", {{"rollouts", run.spent}, {"sampled_tokens", 100 * run.spent}}},
                          {"stopped_by", run.stopped_by}}}};
  if (!run.fresh.empty())
    summary["fresh"] = records::to_json(fake_step(run.selected_step, run.fresh, run.samples));
  return summary;
}

inline void write_run(const core::fs::path& campaign, const FakeRun& run) {
  const auto folder = campaign / name_of(run);
  core::make_folder(folder);
  core::write_file_atomically(folder / "config.yaml",
                              "seed: " + std::to_string(run.sample_seed) +
                                  "\nadapt: {method: " + run.method + "}\n" + run.more_config);
  std::string lines;
  for (std::size_t s = 0; s < run.fast.size(); ++s) {
    auto step = fake_step(static_cast<int>(s), run.fast[s], run.samples);
    if (s > 0) {
      for (auto& [task, counts] : step.tasks) counts.reward_sum = run.reward * counts.n;
      step.more["kl_theta0"] = run.kl;
      step.more["logprob_gap_mean"] = run.gap;
    }
    lines += core::dump_json(records::to_json(step)) + "\n";
  }
  core::write_file_atomically(folder / "metrics.jsonl", lines);
  core::write_file_atomically(folder / (run.method + "_summary.json"),
                              core::dump_json(summary_of(run)));
  lines.clear();
  for (const auto& [task, speedup] : run.best)
    lines += core::dump_json({{"task", task},
                              {"theta_step", 0},
                              {"sample", 3},
                              {"code_hash", "abc"},
                              {"found_speedup", speedup + 0.1},
                              {"fresh",
                               {{"speedup", speedup},
                                {"low", speedup - 0.05},
                                {"high", speedup + 0.05},
                                {"status", "fast"},
                                {"repeats", 3},
                                {"seed", 7}}}}) +
             "\n";
  core::write_file_atomically(folder / "best_kernels.jsonl", lines);
  core::write_file_atomically(folder / "rollouts.jsonl",
                              !run.rollouts.empty()
                                  ? run.rollouts
                                  : core::dump_json({{"evaluation", {{"machine", run.machine}}},
                                                     {"theta_step", 0},
                                                     {"task_id", "L1/4"},
                                                     {"sample", 0},
                                                     {"status", "wrong"},
                                                     {"speedup", 0},
                                                     {"mean_logprob", -1},
                                                     {"completion_tokens", 5},
                                                     {"completion", "x"}}) +
                                        "\n");
  core::write_file_atomically(
      folder / "outside.json",
      core::dump_json({{"reevaluation", {{"rollouts", 16 * run.sample_seed}, {"device_s", 2}}},
                       {"confirmations", {{"evaluations", 5}, {"device_s", 1}}},
                       {"probe", {{"rollouts", 32}, {"shared_by", 4}, {"device_s", 50}}}}));
  if (!run.probe.empty())
    core::write_file_atomically(
        folder / "probe.json",
        core::dump_json(records::to_json(fake_step(0, run.probe, run.samples))));
}

inline void write_campaign(const core::fs::path& folder,
                           const std::vector<FakeRun>& runs,
                           const std::string& title = "A campaign",
                           bool tunes = false) {
  core::Json list = core::Json::array();
  for (const auto& run : runs) {
    if (run.state != "missing") write_run(folder, run);
    list.push_back({{"label", run.label},
                    {"method", run.method},
                    {"subset", run.subset},
                    {"task_seed", run.task_seed},
                    {"sample_seed", run.sample_seed},
                    {"folder", name_of(run)},
                    {"state", run.state}});
  }
  core::write_file_atomically(folder / "campaign.json",
                              core::dump_json({{"schema_version", 1},
                                               {"name", "fake"},
                                               {"title", title},
                                               {"budget", {{"rollouts", 320}}},
                                               {"estimand", "mean log speedup"},
                                               {"tunes", tunes},
                                               {"runs", list}}));
}

}  // namespace vegttt::report

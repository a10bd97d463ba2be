#include "run_folder.h"

#include <array>
#include <cmath>
#include <map>

#include "vegttt/core/hash.h"
#include "vegttt/records/compute.h"
#include "vegttt/records/judged_rollout.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::test {
namespace {

using core::Json;
using records::Evaluation;
using records::JudgedRollout;
using records::Status;

// A number in [0, 1) for a place.
double chance(const std::string& place) {
  return static_cast<double>(core::hash64(place) % 10007) / 10007;
}

Status status_at(double chance_of_place, int step) {
  static constexpr std::array<Status, 9> kFailures = {Status::kNoCode,
                                                      Status::kScaffoldError,
                                                      Status::kCompileError,
                                                      Status::kCompileError,
                                                      Status::kLaunchError,
                                                      Status::kTimeout,
                                                      Status::kWrong,
                                                      Status::kWrong,
                                                      Status::kSuspicious};
  if (chance_of_place < 0.3) return kFailures[static_cast<std::size_t>(chance_of_place / 0.3 * 9)];
  return chance_of_place < 0.75 - 0.06 * step ? Status::kSlow : Status::kFast;
}

records::Timing timing_of(double speedup, const std::string& place) {
  records::Timing timing;
  for (int i = 0; i < 8; ++i) {
    const double noise = 1 + 0.04 * (chance(place + std::to_string(i)) - 0.5);
    timing.reference_us.push_back(1000 * noise);
    timing.candidate_us.push_back(1000 / speedup * (2 - noise));
  }
  timing.reference_median_us = 1000;
  timing.candidate_median_us = 1000 / speedup;
  timing.spread = 0.03;
  timing.speedup = speedup;
  timing.speedup_low = 0.96 * speedup;
  timing.speedup_high = 1.05 * speedup;
  timing.floor_us = 180;
  return timing;
}

std::vector<records::InputCheck> checks_of(Status status) {
  std::vector<records::InputCheck> checks;
  for (int set = 0; set < 3; ++set) {
    records::InputCheck check{set, "A 64x128, B 128x1"};
    check.passed = status != Status::kWrong || set == 0;
    check.largest_error = check.passed ? 0.02 : 31.5;
    check.at = {17, 0};
    check.got = 1.5, check.expected = check.passed ? 1.5 : 2.25, check.allowed = 0.01;
    check.bad = check.passed ? 0 : 12;
    check.elements = 64;
    check.reason = check.passed ? "" : "12 of 64 elements are further off than allowed";
    checks.push_back(check);
  }
  return checks;
}

Evaluation evaluation_of(Status status,
                         double speedup,
                         const std::string& task,
                         const std::string& place) {
  Evaluation evaluation;
  evaluation.task_id = task;
  evaluation.size = "small", evaluation.dialect = "cpp", evaluation.protocol = "strict";
  evaluation.machine = "a machine of a test";
  evaluation.status = status;
  evaluation.candidate_hash = core::short_hash(place);
  if (status == Status::kCompileError) {
    evaluation.message = "candidate:3: error: 'acc' was not declared in this scope";
    evaluation.log =
        "candidate:3:5: error: 'acc' was not declared in this scope\n    3 |     acc += A[i];\n    "
        "  |     ^~~\n";
  }
  if (status == Status::kWrong || records::is_correct(status))
    evaluation.checks = checks_of(status);
  if (records::is_correct(status)) evaluation.timing = timing_of(speedup, place);
  evaluation.fast_1 = evaluation.fast_1_strict = status == Status::kFast;
  if (status == Status::kSuspicious) evaluation.flags = {"below_floor"};
  if (chance(place + "noisy") < 0.1) evaluation.flags.push_back("noisy");
  evaluation.stage_s = {{"compile", 0.9}, {"verify", 0.02}, {"time", 0.1}};
  return evaluation;
}

std::string kernel_text(const std::string& place) {
  const int variant = static_cast<int>(chance(place + "variant") * 5);
  std::string text =
      "void launch(const float* A, const float* B, float* out, Workspace& ws) {\n  for (int64_t i "
      "= 0; i < M; ++i) {\n";
  for (int line = 0; line <= variant; ++line)
    text += "    // variant " + std::to_string(variant) + ", line " + std::to_string(line) + "\n";
  return text + "    out[i] = A[i] * B[0];\n  }\n}\n";
}

JudgedRollout rollout_at(const FakeFolder& what, int step, const std::string& task, int sample) {
  JudgedRollout judged;
  auto& rollout = judged.rollout;
  rollout.key = {what.seed, step, task, sample};
  const std::string place = rollout.key.text() + what.method;
  rollout.prompt_hash = "prompt of " + task;
  rollout.completion = kernel_text(place);
  if (step == 0 && sample == 0 && task == what.tasks.front() && !what.completion.empty())
    rollout.completion = what.completion;
  rollout.completion_tokens.assign(rollout.completion.size() / 4, 7);
  rollout.logprobs.assign(rollout.completion_tokens.size(), static_cast<float>(-0.4 + 0.03 * step));
  rollout.code_hash = core::short_hash(rollout.completion);
  const Status status = status_at(chance(place), step);
  const double speedup = status == Status::kSuspicious ? 60
                         : status == Status::kFast     ? 1.02 + chance(place + "s")
                                                       : 0.4 + 0.58 * chance(place + "s");
  judged.evaluation = evaluation_of(status, speedup, task, place);
  return judged;
}

void count(records::TaskCounts& counts, const JudgedRollout& judged) {
  const Status status = judged.evaluation.status;
  const bool correct = status == Status::kSlow || status == Status::kFast;
  ++counts.n;
  counts.compiled += status != Status::kNoCode && status != Status::kScaffoldError &&
                     status != Status::kCompileError;
  counts.correct += correct;
  counts.fast_1 += status == Status::kFast;
  counts.fast_1_strict += status == Status::kFast;
  counts.suspicious += status == Status::kSuspicious;
  if (correct) counts.speedup_sum += judged.evaluation.speedup();
}

double reward_of(const JudgedRollout& judged) {
  const Status status = judged.evaluation.status;
  if (status != Status::kSlow && status != Status::kFast) return 0;
  return 0.3 + std::log1p(judged.evaluation.speedup());
}

struct Text {
  std::string rollouts, rewards, metrics;
  records::Trajectory trajectory;
  int rollouts_so_far = 0;
};

void write_step(Text& text, const FakeFolder& what, int step, bool complete) {
  records::StepMetrics metrics;
  metrics.step_idx = step;
  Json rewards = Json::array();
  for (const auto& task : what.tasks) {
    for (int sample = 0; sample < (complete ? what.samples : what.samples / 2); ++sample) {
      const auto judged = rollout_at(what, step, task, sample);
      text.rollouts += core::dump_json(records::to_json(judged)) + "\n";
      count(metrics.tasks[task], judged);
      rewards.push_back({{"task_id", task},
                         {"sample", sample},
                         {"reward", reward_of(judged)},
                         {"advantage", reward_of(judged) - 0.5}});
      ++text.rollouts_so_far;
    }
  }
  if (!complete) return;
  metrics.rollouts_so_far = text.rollouts_so_far;
  if (step > 0) metrics.more = {{"entropy", 0.4 - 0.05 * step}, {"kl", 0.001 * step}};
  text.metrics += core::dump_json(records::to_json(metrics)) + "\n";
  text.rewards +=
      core::dump_json({{"seed", what.seed}, {"theta_step", step}, {"rollouts", rewards}}) + "\n";
  text.trajectory.steps.push_back(metrics);
}

Json summary_of(const FakeFolder& what, const records::Trajectory& trajectory) {
  std::size_t best = 0;
  for (std::size_t s = 1; s < trajectory.steps.size(); ++s)
    if (trajectory.steps[s].aggregate_fast_1() > trajectory.steps[best].aggregate_fast_1())
      best = s;
  records::Selection boa;
  boa.criterion = "fast_1_strict";
  boa.selected_step = static_cast<int>(best);
  boa.score = trajectory.steps[best].aggregate(&records::TaskCounts::fast_1_strict);
  boa.rollouts_spent = trajectory.steps.back().rollouts_so_far;
  boa.fresh_score = 0.8 * boa.score;
  boa.fresh_n = static_cast<int>(what.tasks.size()) * what.samples;
  records::Selection stop = boa;
  stop.strategy = records::Strategy::kEarlyStop, stop.patience = 1, stop.selected_step = 0;
  stop.fresh_score.reset(), stop.fresh_n = 0;
  stop.score = trajectory.steps.front().aggregate(&records::TaskCounts::fast_1_strict);
  return {{"schema_version", 1},
          {"method", what.method},
          {"criterion", "fast_1_strict"},
          {"selected_step", boa.selected_step},
          {"budget",
           {{"limits", {{"rollouts", boa.rollouts_spent}}},
            {"spent", {{"rollouts", boa.rollouts_spent}}},
            {"stopped_by", "rollouts"}}},
          {"selections", Json::array({records::to_json(boa), records::to_json(stop)})}};
}

std::string config_text(const FakeFolder& what) {
  std::string ids;
  for (const auto& task : what.tasks) ids += (ids.empty() ? "" : ", ") + task;
  return "description: \"" + what.description + "\"\nseed: " + std::to_string(what.seed) +
         "\ntasks:\n  ids: [" + ids +
         "]\n  size: small\nsampling:\n  samples_per_task: " + std::to_string(what.samples) +
         "\nevaluate:\n  dialect: cpp\nadapt:\n  method: " + what.method +
         "\n  steps: " + std::to_string(what.steps) + "\n";
}

void write_facts(const core::fs::path& folder, const FakeFolder& what) {
  core::write_file_atomically(folder / "config.yaml", config_text(what));
  core::write_file_atomically(folder / "command.txt", "vegttt adapt tests/report/page\n");
  core::write_file_atomically(
      folder / "env.json",
      R"({"schema_version": 1, "started": "2026-11-02T10:00:00Z", "cpu": "a machine of a test"})");
  core::write_file_atomically(
      folder / "logs" / "attempt_1.log",
      "2026-11-02T10:00:00.000 info hello\n2026-11-02T10:00:01.000 warn <b>careful</b>\n");
  Json prompts = Json::object();
  for (const auto& task : what.tasks)
    prompts[task] = {{"hash", "prompt of " + task},
                     {"system", "You write <kernels>."},
                     {"user", "Write " + task}};
  core::write_file_atomically(folder / "prompts.json", core::dump_json(prompts));
  records::ComputeLedger ledger;
  ledger.rollouts = ledger.evaluations =
      static_cast<std::int64_t>(what.tasks.size()) * what.samples * (what.steps + 1);
  ledger.student_completion_tokens = 60 * ledger.rollouts;
  ledger.stage_s = {{"sample", 20.5}, {"evaluate", 61.25}, {"learn", 9}};
  ledger.device_s = 90.75, ledger.wall_clock_s = 95, ledger.attempts = 1;
  core::write_file_atomically(folder / (what.method + "_compute.json"),
                              core::dump_json(records::to_json(ledger)));
}

void write_best_kernels(const core::fs::path& folder, const FakeFolder& what) {
  std::string lines;
  for (const auto& task : what.tasks) {
    const double speedup = 0.95 + 0.4 * chance(task + what.method + std::to_string(what.seed));
    const Json fresh = {{"speedup", speedup},
                        {"low", 0.97 * speedup},
                        {"high", 1.03 * speedup},
                        {"status", "fast"},
                        {"repeats", 3},
                        {"seed", 7}};
    lines += core::dump_json({{"task", task},
                              {"theta_step", 0},
                              {"sample", 1},
                              {"code_hash", "abc"},
                              {"found_speedup", speedup + 0.05},
                              {"fresh", fresh}}) +
             "\n";
  }
  core::write_file_atomically(folder / "best_kernels.jsonl", lines);
}

}  // namespace

core::fs::path make_run_folder(const core::fs::path& folder, const FakeFolder& what) {
  core::make_folder(folder / "logs");
  write_facts(folder, what);
  Text text;
  for (int step = 0; step <= what.steps; ++step)
    write_step(text, what, step, what.finished || step < what.steps);
  core::write_file_atomically(folder / "rollouts.jsonl", text.rollouts);
  core::write_file_atomically(folder / "rewards.jsonl", text.rewards);
  core::write_file_atomically(folder / "metrics.jsonl", text.metrics);
  if (what.finished)
    core::write_file_atomically(folder / (what.method + "_summary.json"),
                                core::dump_json(summary_of(what, text.trajectory)));
  return folder;
}

core::fs::path make_campaign_folder(const core::fs::path& folder) {
  Json runs = Json::array();
  for (const int seed : {1, 2, 3}) {
    for (const char* method : {"best_of_n", "batch_ttt"}) {
      FakeFolder one;
      one.method = method;
      one.seed = seed;
      const bool adapts = one.method == "batch_ttt";
      if (!adapts) one.steps = 0, one.samples *= 4;  // as many rollouts
      const std::string name = one.method + "-" + std::to_string(seed);
      const bool missing = adapts && seed == 3;
      if (!missing) write_best_kernels(make_run_folder(folder / name, one), one);
      runs.push_back({{"label", adapts ? "BoA" : "Best-of-N"},
                      {"method", method},
                      {"subset", "1"},
                      {"task_seed", 42},
                      {"sample_seed", seed},
                      {"folder", name},
                      {"state", missing ? "missing" : "done"}});
    }
  }
  const Json campaign = {{"schema_version", 1},
                         {"name", "fake"},
                         {"title", "A campaign that no program ran"},
                         {"budget", {{"rollouts", 96}}},
                         {"estimand", "mean log speedup of the best kernels"},
                         {"runs", runs}};
  core::write_file_atomically(folder / "campaign.json", core::dump_json(campaign));
  return folder;
}

std::string planted_markup() {
  return "```cpp\n// <script>document.title = 'planted'</script> <img src=x "
         "onerror=\"document.title='planted'\">\n"
         "// </script><!-- <a href=\"https://example.org\">https://example.org</a> "
         "javascript:alert(1) {{script}}\n"
         "// \u202e turned around \u202c \xff\n"
         "void launch(const float* A, float* out, Workspace& ws) { out[0] = A[0]; }\n```\n";
}

}  // namespace vegttt::test

// vegttt show RUN[/STEP[/TASK[/SAMPLE]]]: from the whole run down to one kernel and why it has its
// status.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "evaluation_text.h"
#include "launch.h"
#include "subcommand.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/records_file.h"
#include "vegttt/records/compute.h"
#include "vegttt/report/tables.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using core::fs::path;
using records::JudgedRollout;
using records::Status;

// RUN/STEP/TASK/SAMPLE taken apart; what is left out is -1 or "".
struct Place {
  path run;
  int step = -1;
  std::string task;
  int sample = -1;
};

int number_of(const std::string& text, const std::string& what) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos)
    throw core::UsageError("expected the number of a " + what + ", got '" + text + "'",
                           "",
                           "vegttt show RUN/STEP/TASK/SAMPLE");
  return std::stoi(text);
}

// The longest prefix that is a run; a task id has a slash of its own ("L1/4", or just "4").
Place place_of(const std::string& text) {
  Place place;
  std::vector<std::string> rest;
  for (path prefix = path(text).lexically_normal(); !prefix.empty();
       prefix = prefix.parent_path()) {
    if (core::fs::exists(prefix / "config.yaml")) {
      place.run = prefix;
      break;
    }
    if (!prefix.filename().empty()) rest.insert(rest.begin(), prefix.filename().string());
    if (prefix == prefix.parent_path()) break;
  }
  if (place.run.empty())
    throw core::UserError(
        "is not the folder of a run: config.yaml is missing", text, "a folder like runs/NAME");
  if (rest.empty()) return place;
  place.step = number_of(core::starts_with(rest[0], "step_") ? rest[0].substr(5) : rest[0], "step");
  std::size_t next = 1;
  if (rest.size() > next) place.task = rest[next++];
  if (rest.size() > next && place.task.find_first_not_of("0123456789") != std::string::npos)
    place.task += "/" + rest[next++];
  else if (!place.task.empty())
    place.task = "L1/" + place.task;
  if (rest.size() > next) place.sample = number_of(rest[next++], "sample");
  if (rest.size() > next)
    throw core::UsageError("too many parts in '" + text + "'", "", "RUN/STEP/TASK/SAMPLE");
  return place;
}

const char* meaning_of(Status status) {
  switch (status) {
    case Status::kNoCode:
      return "the completion holds no code";
    case Status::kScaffoldError:
      return "the code cannot be put into its frame";
    case Status::kCompileError:
      return "the compiler refused it";
    case Status::kLaunchError:
      return "it crashed, ended early or touched what it may not";
    case Status::kTimeout:
      return "it did not end in time";
    case Status::kWrong:
      return "an output is further from the float64 truth than allowed";
    case Status::kSuspicious:
      return "correct, but faster than this machine can be: no reward";
    case Status::kSlow:
      return "correct, median speedup at most 1";
    case Status::kFast:
      return "correct, median speedup above 1";
    case Status::kUnscored:
      return "this machine failed, not the kernel: it enters no reward and no rate";
  }
  return "";
}

std::vector<JudgedRollout> rollouts_at(const Place& place) {
  std::vector<JudgedRollout> found;
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

void show_run(const Place& place, const CommonOptions&) {
  const auto run = report::read_run(place.run);
  const bool finished = !run.summary.is_null();
  std::cout << place.run.string() << ": " << run.method << ", "
            << (finished ? "finished" : "not finished (vegttt resume " + place.run.string() + ")")
            << "\n";
  for (const auto& table : report::tables_of(run)) std::cout << "\n" << report::plain_text(table);
  const auto file = place.run / (run.method + "_compute.json");
  if (!core::fs::exists(file)) return;
  const auto spent =
      records::compute_ledger_from_json(core::parse_json(core::read_file(file), file.string()));
  std::cout << fmt::format(
      "\nspent  {} rollouts, {} evaluations, {} updates, {} tokens written, {} trained, {:.0f} s "
      "in {} {}\n",
      spent.rollouts,
      spent.evaluations,
      spent.updates,
      spent.student_completion_tokens,
      spent.trained_tokens,
      spent.wall_clock_s,
      spent.attempts,
      spent.attempts == 1 ? "attempt" : "attempts");
}

// Statuses by task.
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

void print_prompt(const Place& place) {
  const path file = place.run / "prompts.json";
  if (!core::fs::exists(file)) return;
  const auto prompts = core::parse_json(core::read_file(file), file.string());
  if (!prompts.contains(place.task)) return;
  const auto& prompt = prompts.at(place.task);
  const auto system = core::get<std::string>(prompt, "system");
  if (!system.empty()) std::cout << "--- system\n" << system << "\n";
  std::cout << "--- prompt\n" << core::get<std::string>(prompt, "user") << "\n";
}

void print_checks(const records::Evaluation& evaluation) {
  if (evaluation.checks.empty()) return;
  core::TextTable table({"input", "shapes", "passed", "largest error", "allowed", "beyond", "of"},
                        {true, false, false, true, true, true, true});
  for (const auto& check : evaluation.checks)
    table.add({std::to_string(check.input_set),
               check.shapes,
               check.passed ? "yes" : "NO",
               fmt::format("{:.3g} of allowed", check.largest_error),
               fmt::format("{:.3g}", check.allowed),
               std::to_string(check.bad),
               std::to_string(check.elements)});
  std::cout << "--- checks\n" << table.plain();
}

void print_timing(const records::Evaluation& evaluation) {
  if (!evaluation.timing) return;
  const auto& t = *evaluation.timing;
  const auto list = [](const std::vector<double>& values) {
    std::string text;
    for (const double value : values) text += fmt::format(" {:.1f}", value);
    return text;
  };
  std::cout << "--- timing, us\n"
            << fmt::format("candidate  median {:.2f} ", t.candidate_median_us)
            << list(t.candidate_us) << "\n"
            << fmt::format("reference  median {:.2f} ", t.reference_median_us)
            << list(t.reference_us) << "\n"
            << fmt::format("speedup    {:.3f} [{:.3f}, {:.3f}]   floor {:.2f} us\n",
                           t.speedup,
                           t.speedup_low,
                           t.speedup_high,
                           t.floor_us);
}

void show_sample(const Place& place) {
  const auto one = rollouts_at(place).front();
  const auto& evaluation = one.evaluation;
  print_prompt(place);
  const std::string code = scaffold::extract_code(one.rollout.completion);
  std::cout << (code.empty() ? "--- completion (no code found)\n" + one.rollout.completion
                             : "--- code\n" + code)
            << "\n";
  std::cout << "--- verdict\n" << evaluation_text("", evaluation);
  std::cout << records::name_of(evaluation.status) << ": " << meaning_of(evaluation.status) << "\n";
  if (!evaluation.message.empty()) std::cout << evaluation.message << "\n";
  print_checks(evaluation);
  print_timing(evaluation);
  const auto rewards = experiment::read_rewards(place.run, place.step);
  if (const auto reward = rewards.find(one.rollout.key); reward != rewards.end())
    std::cout << fmt::format(
        "--- reward {:.4f}, advantage {:.4f}\n", reward->second.first, reward->second.second);
  std::cout << fmt::format(
      "--- {} tokens, ended by {}, kernel {}{}\n",
      one.rollout.completion_tokens.size(),
      records::name_of(one.rollout.finish_reason),
      one.rollout.code_hash,
      evaluation.flags.empty() ? "" : ", flags: " + core::join(evaluation.flags, " "));
  for (const char* extension : {".cpp", ".cu", ".log"}) {
    const path file = place.run / "kernels" / (one.rollout.code_hash + extension);
    if (core::fs::exists(file)) std::cout << file.string() << "\n";
  }
}

void show_json(const Place& place) {
  if (place.step < 0) {
    for (const auto& step : report::read_run(place.run).trajectory.steps)
      std::cout << core::dump_json(records::to_json(step)) << "\n";
    return;
  }
  for (const auto& one : rollouts_at(place))
    std::cout << core::dump_json(records::to_json(one)) << "\n";
}

class Show : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("place", place_, "RUN, RUN/STEP, RUN/STEP/TASK or RUN/STEP/TASK/SAMPLE")
        ->required();
  }

  ExitCode run(const CommonOptions& common) override {
    const Place place = place_of(place_);
    if (common.json)
      show_json(place);
    else if (place.step < 0)
      show_run(place, common);
    else if (place.task.empty())
      show_step(place);
    else if (place.sample < 0)
      show_task(place);
    else
      show_sample(place);
    return ExitCode::kDone;
  }

 private:
  std::string place_;
};

}  // namespace

std::unique_ptr<Subcommand> make_show() { return std::make_unique<Show>(); }

}  // namespace vegttt::cli

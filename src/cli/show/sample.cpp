// One kernel and why it has its status.
#include <fmt/format.h>

#include <iostream>

#include "evaluation_text.h"
#include "show/views.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/records_file.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::cli {
namespace {

using core::fs::path;
using records::Status;

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

}  // namespace

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

}  // namespace vegttt::cli

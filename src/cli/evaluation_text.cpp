#include "evaluation_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

using records::Evaluation;
using records::Status;

std::string seconds(const Evaluation& e, const char* stage) {
  const auto found = e.stage_s.find(stage);
  return found == e.stage_s.end() ? "" : fmt::format(" {:.2g} s", found->second);
}

bool ran(const Evaluation& e, const char* stage) { return e.stage_s.contains(stage); }

std::string compile_text(const Evaluation& e) {
  if (!ran(e, "compile")) return "compile skipped";
  const bool failed =
      !ran(e, "inputs") && (e.status == Status::kCompileError || e.status == Status::kTimeout);
  const bool cached = std::find(e.flags.begin(), e.flags.end(), "cached_compile") != e.flags.end();
  return std::string("compile ") + (failed ? "FAIL" : "ok") +
         (cached ? " (cached)" : seconds(e, "compile"));
}

std::string verify_text(const Evaluation& e) {
  if (!ran(e, "verify")) return "verify skipped";
  const auto bad = std::count_if(
      e.checks.begin(), e.checks.end(), [](const auto& check) { return !check.passed; });
  if (bad > 0) return fmt::format("verify FAIL {} of {} inputs", bad, e.checks.size());
  const bool stopped =
      !ran(e, "time") && (e.status == Status::kLaunchError || e.status == Status::kTimeout);
  return stopped ? "verify FAIL" : "verify ok" + seconds(e, "verify");
}

std::string time_text(const Evaluation& e) {
  if (!e.timing) return ran(e, "time") ? "time FAIL" : "time skipped";
  const records::Timing& t = *e.timing;
  return fmt::format("time {:.4g} us, reference {:.4g} us: {:.2f}x [{:.2f}, {:.2f}] n={}",
                     t.candidate_median_us,
                     t.reference_median_us,
                     t.speedup,
                     t.speedup_low,
                     t.speedup_high,
                     t.candidate_us.size());
}

std::string indented(const std::string& text) {
  std::string out;
  for (const std::string_view line : core::lines_of(text)) out += fmt::format("  {}\n", line);
  return out;
}

std::string details(const Evaluation& e) {
  std::string text;
  for (const records::InputCheck& check : e.checks)
    if (!check.passed)
      text += fmt::format("  input {} ({}): {}\n", check.input_set, check.shapes, check.reason);
  const bool told = e.status == Status::kUnscored && !e.timing;  // in the verdict already
  if (text.empty() && !records::is_correct(e.status) && !told && e.log.empty())
    text += indented(e.message);
  return text + indented(e.log);
}

}  // namespace

std::string evaluation_text(const std::string& name, const Evaluation& e) {
  const std::string stages = compile_text(e) + " | " + verify_text(e) + " | " + time_text(e);
  const std::string verdict =
      e.status == Status::kUnscored && !e.timing ? e.message : records::name_of(e.status);
  const std::string flags = e.flags.empty() ? "" : "  (" + core::join(e.flags, ", ") + ")";
  return fmt::format("{}{}  {}  -> {}{}\n",
                     name.empty() ? "" : name + "  ",
                     e.task_id,
                     stages,
                     verdict,
                     flags) +
         details(e);
}

}  // namespace vegttt::cli

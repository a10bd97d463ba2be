#include "feedback.h"

#include <cstdio>
#include <string_view>
#include <vector>

#include "quotations.h"
#include "vegttt/core/text.h"

namespace vegttt::adapt {
namespace {

using records::Evaluation;
using records::Status;

constexpr std::size_t kMessageLines = 3, kMessageBytes = 300, kTraceLines = 12, kTraceBytes = 1200;

const char* status_text(Status status) {
  switch (status) {
    case Status::kFast:
      return "success";
    case Status::kSlow:
      return "correct_but_slow";
    case Status::kWrong:
    case Status::kSuspicious:
      return "incorrect_output";
    case Status::kLaunchError:
    case Status::kTimeout:
      return "runtime_error";
    default:
      return "compilation_error";
  }
}

std::string first_lines(const std::string& text,
                        std::size_t lines,
                        std::size_t bytes,
                        const std::string& between) {
  std::vector<std::string> kept;
  for (const std::string_view line : core::lines_of(text)) {
    if (kept.size() == lines) break;
    if (const auto trimmed = core::trim(line); !trimmed.empty()) kept.emplace_back(trimmed);
  }
  std::string joined = core::join(kept, between);
  if (joined.size() <= bytes) return joined;
  while (bytes > 0 && (static_cast<unsigned char>(joined[bytes]) & 0xC0) == 0x80) --bytes;
  return joined.substr(0, bytes);
}

std::string field(const char* name, double value, int digits) {
  char text[96];
  std::snprintf(text, sizeof text, "%s: %.*f\n", name, digits, value);
  return text;
}

}  // namespace

std::string feedback_block(const Evaluation& evaluation,
                           const std::string& code,
                           const std::string& known) {
  const bool is_compiled = records::has_compiled(evaluation.status),
             is_correct = records::is_trusted(evaluation.status);
  std::string block = "EXECUTION_FEEDBACK\n";
  block += std::string("status: ") + status_text(evaluation.status) + "\n";
  block += std::string("compiled: ") + (is_compiled ? "true" : "false") + "\n";
  block += std::string("correct: ") + (is_correct ? "true" : "false") + "\n";
  if (is_correct && evaluation.timing) {
    block += field("speedup", evaluation.speedup(), 4);
    block += field("runtime_us", evaluation.timing->candidate_median_us, 2);
    block += field("ref_runtime_us", evaluation.timing->reference_median_us, 2);
  }
  if (is_correct) return block;
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) block += std::string(name) + ": " + text + "\n";
  };
  add("error_message",
      first_lines(
          without_code(evaluation.message, code, known), kMessageLines, kMessageBytes, " | "));
  add("error_trace",
      first_lines(without_code(evaluation.log, code, known), kTraceLines, kTraceBytes, "\n"));
  return block;
}

}  // namespace vegttt::adapt

// The hostile candidates as the program meets them: extracted, assembled, compiled, run, verified
// and timed by the real evaluator, which must go on afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>

#include "hostile_cases.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

const std::string kHonest =
    "void launch(const float* x, float* out, Workspace&) {\n"
    "  for (int64_t i = 0; i < ROWS * COLS; ++i) out[i] = x[i] > 0 ? x[i] : 0;\n}\n";

Submission submission(const std::string& task, const std::string& code) {
  return {task, "Here it is:\n```cpp\n" + code + "```\n", ""};
}

std::string status_of(const records::Evaluation& evaluation) {
  return records::is_correct(evaluation.status) ? "correct" : records::name_of(evaluation.status);
}

}  // namespace

TEST(HostileCandidates, GetTheirStatusesAndTheRunGoesOn) {
  const OwnTemporaryFiles temporary;
  EvaluatorOptions options;
  options.size = "tiny";
  options.evaluate.compile_timeout_s = 3;
  options.evaluate.run_timeout_s = 0.5;
  const tasks::Catalogue catalogue = tasks::Catalogue::load();
  const auto evaluator = make_evaluator(options, catalogue);
  ASSERT_EQ(status_of(evaluator->evaluate(submission("L1/19", kHonest))), "correct");
  const auto files = temporary.names();
  for (const HostileCase& hostile : hostile_cases()) {
    const records::Evaluation result = evaluator->evaluate(submission(hostile.task, hostile.code));
    EXPECT_THAT(hostile.expected, testing::Contains(status_of(result)))
        << hostile.name << ": " << result.message << "\n"
        << result.log;
    EXPECT_EQ((result.message + result.log).find("root:x:"), std::string::npos)
        << hostile.name << " quotes a host file";
  }
  EXPECT_EQ(status_of(evaluator->evaluate(submission("L1/19", kHonest))), "correct");
  EXPECT_EQ(temporary.names(), files);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "a process is left";
}

}  // namespace vegttt::evaluate

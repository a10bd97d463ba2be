#include "feedback.h"

#include <gmock/gmock.h>

#include "quotations.h"
#include "vegttt/adapt/normalised_kernel.h"

namespace vegttt::adapt {
namespace {

const std::string kPrompt =
    "void launch(const float* A, const float* B, float* out, Workspace& ws);\nWrite launch.";
const std::string kCode =
    "void launch(const float* A, const float* B, float* out, Workspace& ws) {\n"
    "  float secret_accumulator = 0;\n"
    "  for (int i = 0; i < M; ++i) secret_accumulator += A[i] * undeclared_helper(B[i]);\n"
    "  out[0] = secret_accumulator;\n"
    "}\n";

records::Evaluation compile_error() {
  records::Evaluation evaluation;
  evaluation.status = records::Status::kCompileError;
  evaluation.message = "3: error: 'undeclared_helper' was not declared in this scope";
  evaluation.log =
      "kernel.cpp:3:63: error: 'undeclared_helper' was not declared in this scope\n"
      "    3 |   for (int i = 0; i < M; ++i) secret_accumulator += A[i] * "
      "undeclared_helper(B[i]);\n"
      "      |                                                            ^~~~~~~~~~~~~~~~~\n";
  return evaluation;
}

// Runs of characters that two texts share, white space left out.
bool share(const std::string& text, const std::string& code, const std::string& known) {
  const auto dense = [](const std::string& from) {
    std::string to;
    for (const char c : from) {
      if (!std::isspace(static_cast<unsigned char>(c))) to += c;
    }
    return to;
  };
  const std::string a = dense(text), b = dense(code), c = dense(known);
  for (std::size_t i = 0; i + 16 <= b.size(); ++i) {
    const auto run = b.substr(i, 16);
    if (a.find(run) != std::string::npos && c.find(run) == std::string::npos) return true;
  }
  return false;
}

TEST(Feedback, NeverQuotesTheStudentsCode) {
  const std::string block = feedback_block(compile_error(), kCode, kPrompt);
  ASSERT_TRUE(share(compile_error().log, kCode, kPrompt));  // the compiler did quote it
  EXPECT_FALSE(share(block, kCode, kPrompt)) << block;
  EXPECT_NE(block.find("status: compilation_error"), std::string::npos);
  EXPECT_NE(block.find("was not declared in this scope"), std::string::npos) << block;
  EXPECT_EQ(block.find("secret_accumulator"), std::string::npos) << block;
}

// gcc numbers the lines that it quotes, NVRTC writes them bare.
TEST(Feedback, LeavesOutShortLinesThatCompilersQuote) {
  const std::string code = "int n = 3\nx = y;\nreturn;\n++n;\n";
  const std::string gcc =
      "candidate:2:1: error: 'x' was not declared in this scope\n"
      "    2 | x = y;\n"
      "      | ^\n"
      "candidate:3:1: error: return-statement with no value\n"
      "    3 | return;\n"
      "      | ^~~~~~\n";
  EXPECT_EQ(without_code(gcc, code, kPrompt),
            "candidate:2:1: error: 'x' was not declared in this scope\n"
            "candidate:3:1: error: return-statement with no value");
  const std::string nvrtc =
      "candidate(1): error: expected a \";\"\n"
      "  x = y;\n"
      "  ^\n"
      "\n"
      "candidate(3): warning #111-D: statement is unreachable\n"
      "  return;\n"
      "  ^\n";
  const std::string kept = without_code(nvrtc, code, kPrompt);
  EXPECT_THAT(kept, testing::HasSubstr("expected a \";\""));
  EXPECT_THAT(kept, testing::HasSubstr("statement is unreachable"));
  for (const char* line : {"x = y", "return", "^"})
    EXPECT_THAT(kept, testing::Not(testing::HasSubstr(line)));
}

TEST(Feedback, BlotsPiecesOfLinesAndKeepsNames) {
  const std::string code = "auto v = f(a) + tile[i];\nstatic_assert(false, \"as I said\");\n";
  EXPECT_EQ(without_code("candidate:1:4: error: no match for 'tile[i]' and 'v'", code, kPrompt),
            "candidate:1:4: error: no match for '[..]' and 'v'");
  EXPECT_EQ(without_code("error: static assertion failed: as I said", code, kPrompt),
            "error: static assertion failed: [..]");
}

TEST(Feedback, KeepsWhatEverybodyReadsAnyway) {
  const std::string text = "candidate for 'void launch(const float* A, const float* B, float* out'";
  EXPECT_EQ(without_code(text, kCode, kPrompt), text);
}

TEST(Feedback, OfAKernelIsItsFigures) {
  records::Evaluation evaluation;
  evaluation.status = records::Status::kFast;
  records::Timing timing;
  timing.speedup = 1.5;
  timing.candidate_median_us = 20;
  timing.reference_median_us = 30;
  evaluation.timing = timing;
  evaluation.log = "noise";
  EXPECT_EQ(feedback_block(evaluation, kCode, kPrompt),
            "EXECUTION_FEEDBACK\nstatus: success\ncompiled: true\ncorrect: true\n"
            "speedup: 1.5000\nruntime_us: 20.00\nref_runtime_us: 30.00\n");
}

TEST(Feedback, NamesEveryOutcome) {
  const auto status_of = [](records::Status status) {
    records::Evaluation evaluation;
    evaluation.status = status;
    const auto block = feedback_block(evaluation, "", "");
    const auto at = block.find("status: ") + 8;
    return block.substr(at, block.find('\n', at) - at);
  };
  using records::Status;
  EXPECT_EQ(status_of(Status::kNoCode), "compilation_error");
  EXPECT_EQ(status_of(Status::kTimeout), "runtime_error");
  EXPECT_EQ(status_of(Status::kLaunchError), "runtime_error");
  EXPECT_EQ(status_of(Status::kWrong), "incorrect_output");
  EXPECT_EQ(status_of(Status::kSuspicious), "incorrect_output");
  EXPECT_EQ(status_of(Status::kSlow), "correct_but_slow");
}

TEST(Feedback, OfAKernelFasterThanTheMachineHasNoSpeedup) {
  records::Evaluation evaluation;
  evaluation.status = records::Status::kSuspicious;
  evaluation.timing = records::Timing{};
  const auto block = feedback_block(evaluation, kCode, kPrompt);
  EXPECT_THAT(block, testing::HasSubstr("correct: false"));
  EXPECT_THAT(block, testing::Not(testing::HasSubstr("speedup")));
}

TEST(NormalisedKernel, ForgetsCommentsAndSpacesOnly) {
  EXPECT_EQ(normalised_kernel("int  a = 1; // one\n/* two */ return a;"), "int a=1;return a;");
  EXPECT_EQ(normalised_kernel("f(\"// kept  \")"), "f(\"// kept  \")");
  EXPECT_NE(normalised_kernel("a = b + +c"), normalised_kernel("a = b + c"));
  EXPECT_NE(normalised_kernel("unroll 4"), normalised_kernel("unroll 8"));
  EXPECT_EQ(normalised_kernel("#define N 4\nint x;"),
            normalised_kernel("#define N 4 // four\nint x;"));
  EXPECT_NE(normalised_kernel("#define N 4\nint x;"), normalised_kernel("#define N 4 int x;"));
}

}  // namespace
}  // namespace vegttt::adapt

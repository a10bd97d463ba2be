// One exit code per kind of failure; the ones that a command line can cause are in cli_test.cpp as
// well.
#include "failure.h"

#include <gtest/gtest.h>

#include "vegttt/core/error.h"

namespace vegttt::cli {
namespace {

template <class E>
std::pair<int, std::string> outcome(const E& error) {
  testing::internal::CaptureStderr();
  const int code = report_failure(std::make_exception_ptr(error));
  return {code, testing::internal::GetCapturedStderr()};
}

TEST(ExitCode, OneIsAMistakeOfOurs) {
  EXPECT_EQ(outcome(core::InternalError("x")).first, 1);
  EXPECT_EQ(outcome(std::logic_error("x")).first, 1);
}

TEST(ExitCode, TwoIsAWrongCommandLine) {
  const auto [code, text] = outcome(core::UsageError("unknown option '--x'", "", "vegttt help"));
  EXPECT_EQ(code, 2);
  EXPECT_EQ(text, "error: unknown option '--x'\n  try: vegttt help\n");
}

TEST(ExitCode, ThreeIsAnInvalidInputFile) {
  EXPECT_EQ(outcome(core::UserError("bad", "a.yaml:3")).second, "error: a.yaml:3: bad\n");
  EXPECT_EQ(outcome(core::UserError("bad")).first, 3);
}

TEST(ExitCode, FourIsAMachineThatIsNotFit) {
  EXPECT_EQ(outcome(core::MachineError("disk full", "write")).first, 4);
  EXPECT_EQ(outcome(std::bad_alloc()).first, 4);
}

TEST(ExitCode, SixIsARunThatEndedEarly) {
  EXPECT_EQ(outcome(core::Stopped(core::ExitCode::kEndedEarly, "time")).first, 6);
}

TEST(ExitCode, OfASignalIsTheShellsOwn) {
  EXPECT_EQ(outcome(core::Stopped(core::ExitCode::kInterrupted, "Saved.")).first, 130);
  EXPECT_EQ(outcome(core::Stopped(core::ExitCode::kTerminated, "Saved.")).first, 143);
}

}  // namespace
}  // namespace vegttt::cli

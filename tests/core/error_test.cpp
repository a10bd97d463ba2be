#include "vegttt/core/error.h"

#include <gtest/gtest.h>

#include "vegttt/core/result.h"

namespace vegttt::core {
namespace {

TEST(UserError, NamesThePlaceBeforeTheReason) {
  const UserError error("expected a number, got 'fast'", "configs/boa.yaml:12", "write 1e-4");
  EXPECT_STREQ(error.what(), "configs/boa.yaml:12: expected a number, got 'fast'");
  EXPECT_EQ(error.try_this(), "write 1e-4");
  EXPECT_EQ(error.code(), ExitCode::kConfig);
}

TEST(UsageError, EndsWithTheExitCodeOfAWrongCommandLine) {
  EXPECT_EQ(UsageError("unknown flag").code(), ExitCode::kUsage);
}

TEST(MachineError, NamesTheFailingCall) {
  EXPECT_STREQ(MachineError("out.json: No space left on device", "write").what(),
               "out.json: No space left on device (write)");
}

TEST(Assert, ThrowsAnInternalErrorThatSaysWhatMustHold) {
  try {
    VEGTTT_ASSERT(1 == 2, "one is two");
    FAIL() << "did not throw";
  } catch (const InternalError& e) {
    EXPECT_NE(std::string(e.what()).find("one is two [1 == 2]"), std::string::npos) << e.what();
    EXPECT_EQ(e.code(), ExitCode::kInternal);
  }
}

TEST(Result, HoldsEitherAValueOrTheReasonWhyThereIsNone) {
  const Result<int> good = 7;
  const Result<int> bad = Failure{"no such kernel"};
  EXPECT_EQ(good.value(), 7);
  EXPECT_EQ(bad.error(), "no such kernel");
  EXPECT_THROW(static_cast<void>(bad.value()), InternalError);
}

}  // namespace
}  // namespace vegttt::core

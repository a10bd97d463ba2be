#include "vegttt/core/stop.h"

#include <gtest/gtest.h>

#include <csignal>

#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

ExitCode code_after(int signal) {
  install_stop_handlers();
  std::raise(signal);
  try {
    throw_if_stopped();
  } catch (const Stopped& e) {
    return e.code();
  }
  return ExitCode::kDone;
}

TEST(Stop, TurnsASignalIntoAnErrorAtTheNextSafePoint) {
  EXPECT_EQ(code_after(SIGINT), ExitCode::kInterrupted);
  EXPECT_EQ(code_after(SIGTERM), ExitCode::kTerminated);
}

TEST(Stop, IsSilentWithoutASignal) {
  install_stop_handlers();
  EXPECT_NO_THROW(throw_if_stopped());
}

TEST(StopDeathTest, KillsTheProcessAtTheSecondSignal) {
  EXPECT_EXIT(
      {
        install_stop_handlers();
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT),
      "");
}

}  // namespace
}  // namespace vegttt::core

#include <gtest/gtest.h>

#include <cstdio>

#include "process_support.h"
#include "vegttt/core/clock.h"

namespace vegttt::evaluate {
namespace {

const char* const kHonest = R"(
void launch(const float* A, float* out, Workspace&) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; ++i) out[i] = 2 * A[i] + 1;
})";

core::fs::path library_of(const std::string& code, std::int64_t n) {
  const CompileResult compiled = compiler().compile(assemble(code, n));
  EXPECT_TRUE(compiled.ok) << compiled.log;
  return compiled.library;
}

RunnerSession::Options options(double timeout_s = 5) {
  RunnerSession::Options options;
  options.threads = 2;
  options.launch_timeout_s = timeout_s;
  return options;
}

}  // namespace

TEST(RunnerSession, ComputesEverySetOnce) {
  Doubling task(1000003, 3);
  RunnerSession session(library_of(kHonest, 1000003), task.inputs(), task.output(), options());
  const LaunchResult started = session.start();
  ASSERT_EQ(started.outcome, LaunchOutcome::kDone) << started.detail;
  for (int set = 0; set < 3; ++set) {
    task.poison();
    const LaunchResult done = session.launch(set);
    ASSERT_EQ(done.outcome, LaunchOutcome::kDone) << done.detail;
    EXPECT_TRUE(task.output_is_right(set));
    EXPECT_GT(done.elapsed_us, session.empty_launch().elapsed_us / 2);
  }
}

TEST(RunnerSession, Figures) {
  const std::int64_t n = 8 << 20;
  Doubling task(n, 3);
  const auto library = library_of(kHonest, n);
  for (int k = 0; k < 4; ++k) {
    const double a = core::now_s();
    RunnerSession session(library, task.inputs(), task.output(), options());
    const double b = core::now_s();
    ASSERT_EQ(session.start().outcome, LaunchOutcome::kDone);
    const double c = core::now_s();
    std::printf("construct %.2f ms start %.2f ms empty %.1f us |", (b - a) * 1e3, (c - b) * 1e3, session.empty_launch().elapsed_us);
    for (int set = 0; set < 3; ++set) {
      const double d = core::now_s();
      session.stage(set);
      const double e = core::now_s();
      std::printf(" stage %.2f ms launch %.1f us", (e - d) * 1e3, session.launch(set).elapsed_us);
    }
    std::printf("\n");
  }
}

}  // namespace vegttt::evaluate

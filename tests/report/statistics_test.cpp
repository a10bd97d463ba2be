#include "vegttt/report/statistics.h"

#include <gtest/gtest.h>

namespace vegttt::report {
namespace {

// Published rates with the intervals that scipy's binomtest(k, n).proportion_ci(method="wilson")
// gives.
TEST(Wilson, EqualsTheIntervalsOfThePapersCounts) {
  const auto near = [](int k, int n, double low, double high) {
    EXPECT_NEAR(wilson(k, n).low, low, 5e-4) << k << "/" << n;
    EXPECT_NEAR(wilson(k, n).high, high, 5e-4) << k << "/" << n;
  };
  near(68, 160, 0.351, 0.502);
  near(99, 320, 0.261, 0.362);
  near(68, 320, 0.171, 0.261);
  near(39, 640, 0.045, 0.082);
  near(147, 480, 0.267, 0.349);
}

TEST(Wilson, StaysInsideZeroAndOne) {
  EXPECT_EQ(wilson(0, 10).low, 0);
  EXPECT_NEAR(wilson(0, 10).high, 0.2775, 1e-4);
  EXPECT_DOUBLE_EQ(wilson(10, 10).high, 1);
  EXPECT_LE(wilson(10, 10).high, 1);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

}  // namespace
}  // namespace vegttt::report

#include <gtest/gtest.h>

#include "evaluate_internal.h"

namespace vegttt::evaluate {
namespace {

TEST(TimingStats, MedianAndSpreadAreTheTextbookOnes) {
  EXPECT_DOUBLE_EQ(median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_DOUBLE_EQ(median({}), 0);
  EXPECT_DOUBLE_EQ(spread_of({1, 2, 3, 4, 5}), 2.0 / 3);
}

// Exact coverages: n = 6, 7: range (96.9, 98.4 %); 8: range (2nd would give 93.0 %); 9: 2nd and 8th
// (96.1 %); 21: 6th and 16th (97.3 %).
TEST(TimingStats, IntervalHoldsTheMedianWithAtLeast95Percent) {
  const auto interval = [](int n) {
    std::vector<double> values;
    for (int i = 1; i <= n; ++i) values.push_back(i);
    return median_interval(values);
  };
  EXPECT_EQ(interval(6).low, 1);
  EXPECT_EQ(interval(7).high, 7);
  EXPECT_EQ(interval(8).low, 1);
  EXPECT_EQ(interval(9).low, 2);
  EXPECT_EQ(interval(9).high, 8);
  EXPECT_EQ(interval(21).low, 6);
  EXPECT_EQ(interval(21).high, 16);
}

records::Timing timing_of(std::vector<double> candidate,
                          std::vector<double> reference,
                          bool mean = false) {
  records::Timing timing;
  timing.candidate_us = std::move(candidate);
  timing.reference_us = std::move(reference);
  summarize(timing, mean);
  return timing;
}

TEST(TimingStats, SpeedupIsTheMedianOfPairedRatios) {
  const auto timing = timing_of({1, 2, 4}, {2, 2, 2});
  EXPECT_DOUBLE_EQ(timing.speedup, 1);
  EXPECT_DOUBLE_EQ(timing.speedup_low, 0.5);
  EXPECT_DOUBLE_EQ(timing.speedup_high, 2);
  EXPECT_DOUBLE_EQ(timing_of({1, 2, 3}, {4, 4, 4}, true).speedup, 2) << "ratio of means";
}

TEST(TimingStats, StopsEarlyOnlyWhenNothingCanChange) {
  const Protocol strict = protocol("strict");
  const auto even = [&](int n, double ratio) {
    return timing_of(std::vector<double>(static_cast<std::size_t>(n), 1),
                     std::vector<double>(static_cast<std::size_t>(n), ratio));
  };
  EXPECT_TRUE(enough(even(1, 0.005), strict)) << "two hundred times slower";
  EXPECT_FALSE(enough(even(1, 0.05), strict)) << "one disturbed launch looks like that";
  EXPECT_TRUE(enough(even(2, 0.4), strict)) << "more than twice as slow, twice";
  EXPECT_FALSE(enough(even(2, 0.6), strict));
  EXPECT_FALSE(enough(even(1, 5), strict)) << "one fast sample proves nothing";
  EXPECT_TRUE(enough(even(6, 1.5), strict));
  EXPECT_FALSE(enough(even(7, 1.01), strict)) << "too near to 1";
  EXPECT_TRUE(enough(even(21, 1.0), strict));
  EXPECT_FALSE(enough(even(4, 3), protocol("paper-fast")));
  EXPECT_TRUE(enough(even(5, 1), protocol("paper-fast")));
}

TEST(MachineSpeed, FloorIsTheLargerOfMemoryAndArithmetic) {
  const MachineSpeed speed{1000, 1e5, 4e6};
  tasks::Work work;
  work.min_bytes = 4e6 + 1.02e6;
  work.min_flops = 1e7;
  EXPECT_NEAR(floor_us(work, speed), 1000, 1e-6);
  work.min_flops = 1e9;
  EXPECT_NEAR(floor_us(work, speed), 10000, 1e-6);
  work.min_bytes = 1e6;
  work.min_flops = 0;
  EXPECT_EQ(floor_us(work, speed), 0) << "fits into the caches";
}

TEST(Protocols, AreKnownByName) {
  EXPECT_TRUE(protocol("strict").strict_selection);
  EXPECT_TRUE(protocol("kernelbench").absolute_tolerance);
  EXPECT_EQ(protocol("paper-full").timings, 50);
  EXPECT_THROW(protocol("stricd"), core::UserError);
}

}  // namespace
}  // namespace vegttt::evaluate

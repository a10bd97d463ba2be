// How much device memory each task takes, from shapes alone.
#include "../../src/evaluate/cuda/memory_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "vegttt/tasks/catalogue.h"

namespace vegttt::evaluate {
namespace {

const tasks::Catalogue& catalogue() {
  static const tasks::Catalogue all = tasks::Catalogue::load();
  return all;
}

double gib(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 30); }

TEST(MemoryPlan, NoTaskTakesMoreThanTheLimitAtPaperSize) {
  std::vector<std::pair<std::uint64_t, std::string>> peaks;
  std::printf("task    layout  inputs truth output float64 reference  preparing judging  GiB\n");
  for (const tasks::Task& task : catalogue().all()) {
    const MemoryPlan plan = plan_memory(task, "paper");
    std::printf("%-7s %-7s %6.2f %6.2f %6.2f %6.2f %6.2f      %6.2f  %6.2f\n",
                task.id.c_str(),
                name_of(plan.layout),
                gib(plan.inputs),
                gib(plan.truth),
                gib(plan.output),
                gib(plan.computing),
                gib(plan.reference),
                gib(plan.preparing()),
                gib(plan.judging()));
    EXPECT_LE(plan.peak(), kDeviceMemoryLimit) << task.id;
    peaks.emplace_back(plan.peak(), task.id);
  }
  std::sort(peaks.rbegin(), peaks.rend());
  std::printf("largest:");
  for (int i = 0; i < 10; ++i)
    std::printf(" %s %.1f",
                peaks[static_cast<std::size_t>(i)].second.c_str(),
                gib(peaks[static_cast<std::size_t>(i)].first));
  std::printf(" GiB\n");
}

TEST(MemoryPlan, SmallTasksKeepThreeSets) {
  for (const tasks::Task& task : catalogue().all()) {
    EXPECT_EQ(plan_memory(task, "tiny").layout, Layout::kSets) << task.id;
    EXPECT_EQ(plan_memory(task, "small").layout, Layout::kSets) << task.id;
  }
}

TEST(MemoryPlan, PoolsWhereSlicesAreIndependent) {
  const MemoryPlan rows = plan_memory(catalogue().find("23"), "paper");
  EXPECT_EQ(rows.layout, Layout::kPool);
  EXPECT_TRUE(rows.pooled[0]);
  const MemoryPlan norm = plan_memory(catalogue().find("37"), "paper");
  EXPECT_EQ(norm.layout, Layout::kRedraw) << "one norm over all of x, and three of x do not fit";
  const MemoryPlan convolution = plan_memory(catalogue().find("63"), "paper");
  EXPECT_EQ(convolution.layout, Layout::kPool);
  EXPECT_FALSE(convolution.pooled[1]) << "weights have no slices";
}

TEST(MemoryPlan, Float64IsComputedInPiecesOfAGigabyte) {
  const MemoryPlan plan = plan_memory(catalogue().find("45"), "paper");
  EXPECT_LT(plan.slices_per_chunk, plan.slices);
  EXPECT_LT(gib(plan.computing), 4);
}

}  // namespace
}  // namespace vegttt::evaluate

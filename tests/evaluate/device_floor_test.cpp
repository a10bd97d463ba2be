// The floor of the device, and how its reference clock asks for more time; no GPU.
#include "../../src/evaluate/cuda/device_floor.h"

#include <gtest/gtest.h>

#include "../../src/evaluate/cuda/device_reference_clock.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::evaluate {
namespace {

const tasks::Catalogue& catalogue() {
  static const tasks::Catalogue all = tasks::Catalogue::load();
  return all;
}

// About an H200.
constexpr DeviceSpeed kSpeed{4.3e6, 8.6e8, 2, 60e6};

double floor_of(const char* id, const char* size) {
  return device_floor_us(catalogue().find(id), size, kSpeed);
}

TEST(DeviceFloor, IsTheMemorysForElementwiseTasks) {
  // 12 GiB at 4.3 TB/s, a hundredth of which may be measured too low and 60 MB stay in the cache.
  EXPECT_NEAR(floor_of("19", "paper"), 2924, 20);
}

TEST(DeviceFloor, HoldsForWhatFitsIntoTheCache) {
  // Written into the cache, but read from memory.
  const tasks::Task& task = catalogue().find("19");
  const double read = task.work_at("small").min_bytes - task.output("small").bytes();
  EXPECT_LT(read, kSpeed.l2_bytes);
  EXPECT_NEAR(floor_of("19", "small"), 0.9 * read / (1.02 * 4.3e6), 0.01);
  EXPECT_GE(floor_of("19", "tiny"), 1) << "half of an empty launch";
}

TEST(DeviceFloor, LeavesRoomForFewerMultiplications) {
  const double dense = catalogue().find("1").work_at("paper").flops / 8.6e8;
  EXPECT_LT(floor_of("1", "paper"), dense);
  EXPECT_GT(floor_of("1", "paper"), 0.7 * dense);
}

TEST(DeviceFloor, IsPositiveForEveryTask) {
  for (const tasks::Task& task : catalogue().all())
    for (const char* size : {"paper", "small", "tiny"})
      EXPECT_GT(device_floor_us(task, size, kSpeed), 0) << task.id;
}

TEST(DeviceReferenceClock, TriesAgainBehindALongerBlock) {
  EXPECT_EQ(longer_block_us(100, 90), 200);
  EXPECT_EQ(longer_block_us(100, 4000), 6000);
  EXPECT_EQ(longer_block_us(19000, 90000), 20000);
  EXPECT_EQ(next_block_us(100, 100), 200);
  EXPECT_EQ(next_block_us(20000, 40), 10000);
  EXPECT_EQ(next_block_us(100, 45), 90);
  EXPECT_EQ(next_block_us(70, 5), 60);
}

}  // namespace
}  // namespace vegttt::evaluate

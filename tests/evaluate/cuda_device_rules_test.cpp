// What of the device process needs no GPU: who is to blame, what fits, whether clocks agree, how
// long the stream is held back, what of a stack is scrubbed, how the process ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "../../src/evaluate/cuda/clock_check.h"
#include "../../src/evaluate/cuda/first_sight.h"
#include "../../src/evaluate/cuda/record.h"
#include "../../src/evaluate/device/block_length.h"
#include "../../src/evaluate/device/failure.h"
#include "../../src/evaluate/device/kernel_limits.h"
#include "../../src/evaluate/device/stack_limit.h"

namespace vegttt::evaluate {
namespace {

using namespace device;
using ::testing::AnyOf;
using ::testing::HasSubstr;

TEST(Blame, FaultsOfAKernelAreTheCandidatesAndCostTheProcess) {
  for (const CUresult result : {CUDA_ERROR_ILLEGAL_ADDRESS,
                                CUDA_ERROR_LAUNCH_FAILED,
                                CUDA_ERROR_MISALIGNED_ADDRESS,
                                CUDA_ERROR_ILLEGAL_INSTRUCTION,
                                CUDA_ERROR_ASSERT})
    EXPECT_EQ(outcome_of_candidate(result), Outcome::kFaulted) << result;
}

TEST(Blame, WhatTheDriverRefusesIsTheCandidatesAndTheProcessLives) {
  for (const CUresult result : {CUDA_ERROR_INVALID_VALUE,
                                CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
                                CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE,
                                CUDA_ERROR_INVALID_IMAGE,
                                CUDA_ERROR_NOT_FOUND})
    EXPECT_EQ(outcome_of_candidate(result), Outcome::kRefused) << result;
}

TEST(Blame, MemoryAndHardwareAreTheMachinesWhateverWasRunning) {
  for (const CUresult result : {CUDA_ERROR_OUT_OF_MEMORY,
                                CUDA_ERROR_ECC_UNCORRECTABLE,
                                CUDA_ERROR_NVLINK_UNCORRECTABLE,
                                CUDA_ERROR_DEVICE_UNAVAILABLE})
    EXPECT_EQ(outcome_of_candidate(result), Outcome::kMachine) << result;
  EXPECT_EQ(outcome_of_candidate(CUDA_SUCCESS), Outcome::kDone);
}

constexpr std::int64_t kShared = 227 << 10;

TEST(KernelLimits, AKernelThatFitsIsNotObjectedTo) {
  EXPECT_EQ(objection_to({1024, 1024, 64, 1000, kShared - 1000, 64 << 10}, kShared), "");
}

TEST(KernelLimits, SharedMemoryCountsFixedAndDynamicBytes) {
  EXPECT_THAT(objection_to({32, 1024, 32, 1000, kShared - 999, 0}, kShared),
              HasSubstr("needs 232449 bytes of shared memory, at most 232448"));
}

TEST(KernelLimits, ABlockTooLargeForItsRegistersSaysWhatWouldFit) {
  const std::string text = objection_to({1024, 256, 255, 0, 0, 0}, kShared);
  EXPECT_THAT(text, HasSubstr("255 registers a thread, so at most 256 threads"));
  EXPECT_THAT(text, HasSubstr("__launch_bounds__(1024)"));
}

TEST(KernelLimits, AStackThatCannotBeScrubbedIsRefused) {
  EXPECT_THAT(objection_to({32, 1024, 32, 0, 0, 100000}, kShared),
              HasSubstr("100000 bytes for its own arrays and spilled registers, at most 65536"));
}

TEST(StackScrub, CoversEveryNeedThatIsAccepted) {
  EXPECT_EQ(kStackScrubs[stack_scrub_for(0)], 512u);
  EXPECT_EQ(kStackScrubs[stack_scrub_for(512)], 512u);
  for (std::uint64_t bytes = 0; bytes <= kMostStackBytes; bytes += 8)
    ASSERT_GE(kStackScrubs[stack_scrub_for(bytes + kUsualStackBytes)], bytes + kUsualStackBytes)
        << bytes;
}

TEST(BlockLength, GrowsWhenQueueingTookLongerAndComesBackSlowly) {
  const double first = first_block_us(2);
  EXPECT_GE(first, 2 * 31) << "two kernels were queued in 31 us";
  EXPECT_GE(next_block_us(first, first + 100, 2), 1.5 * (first + 100));
  double us = first;
  for (int i = 0; i < 20; ++i) us = next_block_us(us, 20, 2);
  EXPECT_EQ(us, 40) << "twice the time of queueing";
  for (int i = 0; i < 20; ++i) us = next_block_us(us, 2, 2);
  EXPECT_EQ(us, 33) << "and not below what so many kernels may need";
  EXPECT_EQ(next_block_us(kLongestBlock_us, 1e6, 4096), kLongestBlock_us);
  EXPECT_EQ(first_block_us(100000), kLongestBlock_us);
}

// As measured on an H200: two kernels of 4.96 us, 19.26 us beside them.
constexpr ClockEvidence kHonest{4.96, 19.26, 19.0, 0.5};

TEST(ClockCheck, AnHonestKernelAgrees) { EXPECT_TRUE(clocks_agree(kHonest)); }

TEST(ClockCheck, AShortKernelCannotHideTensOfMicroseconds) {
  ClockEvidence forged = kHonest;
  forged.unaccounted_us += 15;  // took 20 us, shows 5
  EXPECT_FALSE(clocks_agree(forged));
  EXPECT_THAT(describe(forged), HasSubstr("events show 4.96 us, the host 34.26 us more"));
  EXPECT_THAT(describe(forged), HasSubstr("28.25 us are allowed"));
}

TEST(ClockCheck, LongKernelsMayLeaveATwentiethMore) {
  EXPECT_TRUE(clocks_agree({10000, 500, 19, 0}));
  EXPECT_FALSE(clocks_agree({10000, 600, 19, 0}));
}

TEST(ClockCheck, ANoisyMachineIsGivenItsNoise) {
  ClockEvidence noisy = kHonest;
  noisy.unaccounted_us += 15;
  noisy.calm_spread_us = 5;
  EXPECT_TRUE(clocks_agree(noisy));
}

TEST(FirstSight, AnHonestKernelMayStartCold) {
  EXPECT_FALSE(gains_from_repeats({{39, 33, 34}, 10}));
  EXPECT_FALSE(gains_from_repeats({{1990}, 1000}));
  EXPECT_FALSE(gains_from_repeats({{}, 10}));
}

TEST(FirstSight, OneSetThatWasNewAndFastIsEnough) {
  EXPECT_FALSE(gains_from_repeats({{20000, 20000, 12}, 10}));
}

TEST(FirstSight, AnswersThatAreKeptShow) {
  const Sights kept{{20000, 20500, 21000}, 10};
  EXPECT_TRUE(gains_from_repeats(kept));
  EXPECT_EQ(describe(kept), "inputs that it has not seen take 2e+04 us, those that it has 10 us");
}

TEST(FirstSight, WindowsOfAPoolAreNewOnce) {
  Sights slices{{20000, 500, 500}, 300};
  EXPECT_FALSE(gains_from_repeats(slices));
  slices.overlapping = true;
  EXPECT_TRUE(gains_from_repeats(slices));
}

std::size_t open_files() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

// The process is real: it starts, answers that there is no driver, and is reaped.
TEST(DeviceProcessWithoutGpu, SaysWhatIsMissingAndLeavesNothing) {
  if (cuda::driver_missing().empty()) GTEST_SKIP() << "there is a GPU";
  { DeviceProcess first(0, "no program"); }  // opens what stays open
  const std::size_t before = open_files();
  for (int i = 0; i < 5; ++i) {
    DeviceProcess process(0, "no program");
    const std::string folder = "/proc/" + std::to_string(process.pid());
    EXPECT_TRUE(std::filesystem::exists(folder));
    try {
      process.ready();
      ADD_FAILURE() << "it has a device";
    } catch (const core::MachineError& e) {
      EXPECT_THAT(e.what(), HasSubstr(cuda::driver_missing()));
    }
    EXPECT_FALSE(process.usable());
    EXPECT_FALSE(std::filesystem::exists(folder));
  }
  EXPECT_EQ(open_files(), before);
}

TEST(DeviceProcessWithoutGpu, AnEndIsToldWithItsSignal) {
  if (cuda::driver_missing().empty()) GTEST_SKIP() << "there is a GPU";
  DeviceProcess process(0, "no program");
  ::kill(process.pid(), SIGSEGV);
  try {
    process.ready();
    ADD_FAILURE() << "it has a device";
  } catch (const core::MachineError& e) {
    // Either word came first.
    EXPECT_THAT(e.what(), AnyOf(HasSubstr("ended by signal 11"), HasSubstr("driver")));
  }
}

TEST(DeviceLimitsOf, AreWhatTheDeviceSaid) {
  Reply ready;
  ready.grid[0] = 7, ready.grid[2] = 8, ready.block[1] = 9;
  ready.threads = 512, ready.shared_bytes = 99 << 10;
  const DeviceLimits limits = limits_of(ready);
  EXPECT_EQ(limits.grid, (std::array<std::uint32_t, 3>{7, 0, 8}));
  EXPECT_EQ(limits.block, (std::array<std::uint32_t, 3>{0, 9, 0}));
  EXPECT_EQ(limits.threads, 512u);
  EXPECT_EQ(limits.shared_bytes, 99u << 10);
}

}  // namespace
}  // namespace vegttt::evaluate

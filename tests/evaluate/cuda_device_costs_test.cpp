// What a repetition costs, what many of them leave behind, how long a replacement takes: printed,
// and held against generous bounds. Expected of a repetition of two short kernels, from what its
// parts took on an H200: 125 us for the cache, 40 us for stacks of 512 bytes, 6 us for shared
// memory and registers, 60 us behind the blocking kernel, 20 us to start and to notice the end,
// 20-60 us for the messages.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cuda_bench.h"
#include "vegttt/core/clock.h"

namespace vegttt::evaluate {
namespace {

const std::string kTwoKernels =
    kScale + kLaunch +
    "{ float* t = ws.alloc<float>(1000); scale<1><<<4, 256>>>(x, t, 1000, 2.0f);\n"
    "  scale<0><<<4, 256>>>(t, out, 1000, 3.0f); }";

struct Costs {
  std::vector<double> round, request, prepare, wall, block, queue, elapsed, unaccounted;
  int repeated = 0;

  void add(const device::Reply& reply, double round_us) {
    round.push_back(round_us);
    request.push_back(reply.request_us);
    prepare.push_back(reply.prepare_us);
    wall.push_back(reply.wall_us);
    block.push_back(reply.block_us);
    queue.push_back(reply.queue_us);
    elapsed.push_back(reply.elapsed_us);
    unaccounted.push_back(reply.wall_us - reply.block_us - reply.elapsed_us);
    repeated += reply.tries > 1;
  }
  void print(const char* what) const {
    std::printf(
        "%s, medians of %zu, us: round trip %.1f = socket %.1f + request %.1f (prepare %.1f, wall "
        "%.1f: block %.1f, queued in %.1f, events %.2f, unaccounted %.1f); repeated %d\n",
        what,
        round.size(),
        middle(round),
        middle(round) - middle(request),
        middle(request),
        middle(prepare),
        middle(wall),
        middle(block),
        middle(queue),
        middle(elapsed),
        middle(unaccounted),
        repeated);
  }
};

Costs measure(Bench& bench, int count, bool scrub, bool flush, bool judge_works) {
  Costs costs;
  for (int i = 0; i < count; ++i) {
    if (judge_works) {
      require(driver().memset8_async(Bench::address(bench.output), 1, 4000, nullptr), "memset");
      require(driver().stream_synchronize(nullptr), "cuStreamSynchronize");
    }
    const core::Stopwatch watch;
    const auto answer = bench.run(10, scrub, flush);
    EXPECT_EQ(answer.reply.outcome, Outcome::kDone) << answer.reply.text;
    if (answer.reply.outcome != Outcome::kDone) break;
    costs.add(answer.reply, watch.elapsed_s() * 1e6);
  }
  return costs;
}

TEST(CudaDeviceCosts, OfARepetition) {
  Bench bench;
  ASSERT_EQ(bench.ready(kTwoKernels).reply.outcome, Outcome::kDone);
  const auto first = bench.run();
  ASSERT_EQ(first.reply.outcome, Outcome::kDone) << first.reply.text;
  std::printf("the first after loading: tries %u, block %.1f us, queued in %.1f us\n",
              first.reply.tries,
              first.reply.block_us,
              first.reply.queue_us);
  measure(bench, 5, false, false, false).print("nothing scrubbed or flushed");
  measure(bench, 100, true, false, false).print("scrubbed");
  measure(bench, 100, false, true, false).print("flushed");
  const Costs alone = measure(bench, 200, true, true, false);
  alone.print("scrubbed and flushed");
  measure(bench, 200, true, true, true).print("the judge's context working between");
  std::printf("an empty plan leaves %.2f us unaccounted, spread %.2f us\n",
              first.reply.calm_us,
              first.reply.calm_spread_us);
  EXPECT_LE(alone.repeated, 10) << "of 200: the block is too short for what is queued behind it";
  EXPECT_LT(middle(alone.round), 1000);
  EXPECT_LT(middle(alone.unaccounted), first.reply.calm_us + 8);
}

struct Held {
  std::size_t free_bytes = 0, rss_kib = 0, files = 0;
};

Held held_by(const DeviceProcess& process) {
  Held held;
  std::size_t total = 0;
  require(driver().mem_info(&held.free_bytes, &total), "cuMemGetInfo");
  const std::string folder = "/proc/" + std::to_string(process.pid());
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder + "/fd"))
    ++held.files;
  std::ifstream status(folder + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) held.rss_kib = std::stoul(line.substr(6));
  return held;
}

void print(const char* when, const Held& held) {
  std::printf("%s: %zu MiB of the device free, process %zu KiB, %zu files\n",
              when,
              held.free_bytes >> 20,
              held.rss_kib,
              held.files);
}

void expect_nothing_grows(const std::string& code) {
  Bench bench;
  const DeviceCompileResult program = compiled(code);
  ASSERT_TRUE(program.ok) << program.log;
  const Recorded recorded = record(bench.recorder, program);
  ASSERT_TRUE(recorded.plan) << recorded.plan.error();
  Held before;
  const core::Stopwatch watch;
  constexpr int kWarm = 20, kCycles = 300;
  for (int i = 0; i < kWarm + kCycles; ++i) {
    if (i == kWarm) print("before", before = held_by(bench.executor));
    bench.map(1, bench.output, true);
    const std::uint64_t workspace = i % 2 == 0 ? kWorkspace : 2 * kWorkspace;
    const auto loaded = bench.load(program, recorded.plan.value(), workspace);
    ASSERT_EQ(loaded.reply.outcome, Outcome::kDone) << loaded.reply.text;
    ASSERT_EQ(bench.run().reply.outcome, Outcome::kDone);
  }
  const Held after = held_by(bench.executor);
  print("after 300 loads and runs", after);
  std::printf("%.2f ms for each\n", watch.elapsed_s() * 1e3 / (kWarm + kCycles));
  EXPECT_EQ(after.files, before.files);
  EXPECT_LT(after.rss_kib, before.rss_kib + (20 << 10));
  EXPECT_LT(before.free_bytes, after.free_bytes + (192u << 20)) << "beside the larger workspace";
}

TEST(CudaDeviceCosts, NothingGrowsWithLoadsAndRuns) { expect_nothing_grows(kTwoKernels); }

TEST(CudaDeviceCosts, NothingGrowsWithReloadedProgramsAndLargeStacks) {
  expect_nothing_grows(
      "__device__ float table[2] = {1, 2};\n"
      "__global__ void k(float* out) { volatile float s[2000]; for (int i = 0; i < 2000; ++i) s[i] "
      "= i; table[0] += 1; out[threadIdx.x] = table[0] + s[threadIdx.x]; }\n" +
      kLaunch + "{ k<<<1, 32>>>(out); }");
}

TEST(CudaDeviceCosts, MemoryOfLargeStacksIsGivenBack) {
  Bench bench;
  const auto free_after = [&](const std::string& code) {
    const auto answer = bench.whole(code);
    EXPECT_EQ(answer.reply.outcome, Outcome::kDone) << answer.reply.text;
    return held_by(bench.executor).free_bytes >> 20;
  };
  const std::string large =
      "__global__ void k(float* out) { volatile float s[12000]; for (int i = 0; i < 12000; ++i) "
      "s[i] = i; out[0] = s[threadIdx.x]; }\n" +
      kLaunch + "{ k<<<1, 32>>>(out); }";
  const std::size_t before = free_after(kTwoKernels), with = free_after(large),
                    after = free_after(kTwoKernels);
  std::printf("MiB of the device free: %zu, with stacks of 48 KiB %zu, after them %zu\n",
              before,
              with,
              after);
  EXPECT_GT(after + 1024, before) << "every other process of this device pays for it";
}

TEST(CudaDeviceCosts, OfAReplacement) {
  core::Stopwatch watch;
  DeviceProcess cold(0, helpers());
  const double started = watch.elapsed_s();
  cold.ready();
  std::printf("a process is started in %.1f ms, ready after %.1f ms\n",
              started * 1e3,
              watch.elapsed_s() * 1e3);
  Bench bench;
  ASSERT_EQ(bench
                .ready("__global__ void k(float* out) { asm(\"trap;\"); }\n" + kLaunch +
                       "{ k<<<1, 1>>>(out); }")
                .reply.outcome,
            Outcome::kDone);
  watch = {};
  EXPECT_EQ(bench.run().reply.outcome, Outcome::kFaulted);
  std::printf("a fault is answered and its process reaped in %.1f ms\n", watch.elapsed_s() * 1e3);
  watch = {};
  cold.ready();
  device::Request request;
  request.command = Command::kMap;
  request.size = bench.input.size();
  EXPECT_EQ(cold.ask(request, {bench.input.fd()}, 10).reply.outcome, Outcome::kDone);
  std::printf("a spare that is ready has mapped its first buffer after %.1f ms\n",
              watch.elapsed_s() * 1e3);
  Bench hung;
  ASSERT_EQ(hung.ready("__global__ void k(float* out) { while (((volatile float*)out)[0] != 5.0f) "
                       "{} }\n" +
                       kLaunch + "{ k<<<1, 1>>>(out); }")
                .reply.outcome,
            Outcome::kDone);
  watch = {};
  EXPECT_TRUE(hung.run(0.2).timed_out);
  std::printf("a kernel that hangs is gone %.1f ms after its 200 ms\n",
              watch.elapsed_s() * 1e3 - 200);
}

}  // namespace
}  // namespace vegttt::evaluate

// What a launch could leave behind for the next one, and requests that fail half-way: tried
// directly on an executor. Each also prints what happens without the defence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cuda_bench.h"

namespace vegttt::evaluate {
namespace {

using ::testing::HasSubstr;

// out[0]: how many words of `memory` held the mark before the kernel put it there.
std::string marks(const std::string& declaration, int words, const std::string& configuration) {
  return "constexpr int kWords = " + std::to_string(words) +
         ";\n__global__ void k(float* out) {\n  " + declaration +
         "\n  asm volatile(\"\" : \"+l\"(memory)::\"memory\");\n"
         "  volatile unsigned* m = memory; unsigned found = 0;\n"
         "  for (int i = threadIdx.x % 32; i < kWords; ++i) found += m[i] == 0x5ec2e7u;\n"
         "  for (int i = threadIdx.x % 32; i < kWords; ++i) m[i] = 0x5ec2e7u;\n"
         "  if (found) atomicAdd(out, float(found)); }\n" +
         kLaunch + "{ cudaMemsetAsync(out, 0, 4); k<<<" + configuration + ">>>(out); }";
}

std::string on_the_stack(int bytes, int reach) {
  return marks("unsigned stack[" + std::to_string(bytes / 4) + "], *memory = stack;",
               reach / 4,
               "264, 1024");
}

// Launched twice without scrubbing, which is printed, and once with it.
void expect_nothing_kept(Bench& bench, const std::string& what, const std::string& code) {
  ASSERT_TRUE(bench.executor.usable());
  const auto loaded = bench.ready(code);
  ASSERT_EQ(loaded.reply.outcome, Outcome::kDone) << loaded.reply.text;
  double found[3] = {};
  device::Reply reply;
  for (int i = 0; i < 3; ++i) {
    reply = bench.run(10, i == 2).reply;
    if (reply.outcome == Outcome::kFaulted) {
      std::printf("%s: %s\n", what.c_str(), reply.text);
      return;
    }
    ASSERT_EQ(reply.outcome, Outcome::kDone) << reply.text;
    found[i] = bench.result()[0];
  }
  std::printf(
      "%s: %.0f words kept, scrubbed %.0f (%llu bytes of each stack; prepared in %.0f us)\n",
      what.c_str(),
      found[1],
      found[2],
      static_cast<unsigned long long>(reply.stack_bytes),
      reply.prepare_us);
  EXPECT_EQ(found[2], 0) << what;
}

TEST(CudaDeviceHostile, NothingIsKeptOnTheStack) {
  Bench bench;
  for (const int bytes : {256, 1024, 4096, 16384, 60000})
    expect_nothing_kept(bench, "a stack of " + std::to_string(bytes), on_the_stack(bytes, bytes));
}

// A frame of 32 bytes; addresses beyond it are in nobody's frame.
TEST(CudaDeviceHostile, NothingIsKeptBehindTheStack) {
  for (const int reach : {400, 600, 900, 65536}) {
    Bench bench;
    expect_nothing_kept(bench, "reaching " + std::to_string(reach), on_the_stack(32, reach));
  }
}

// The driver keeps memory for the largest stack that was asked for, unless it is told otherwise.
TEST(CudaDeviceHostile, NothingOfALargerStackIsReachedFromASmallerOne) {
  Bench bench;
  expect_nothing_kept(bench, "a stack of 16384 first", on_the_stack(16384, 16384));
  expect_nothing_kept(bench, "reaching 8192 behind it", on_the_stack(32, 8192));
}

TEST(CudaDeviceHostile, NothingIsKeptInSharedMemory) {
  Bench bench;
  expect_nothing_kept(
      bench,
      "44 KiB shared",
      marks("__shared__ unsigned s[11264]; unsigned* memory = s;", 11264, "264, 32"));
  expect_nothing_kept(bench,
                      "220 KiB shared",
                      marks("extern __shared__ unsigned s[]; unsigned* memory = s;",
                            220 * 256,
                            "132, 32, 220 * 1024"));
}

TEST(CudaDeviceHostile, ConstantMemoryIsAsCompiledAtEveryLaunch) {
  Bench bench;
  const auto loaded = bench.ready(
      "__constant__ unsigned c[4] = {1, 2, 3, 4};\n"
      "__global__ void k(float* out, int i) { unsigned* p = c; asm volatile(\"\" : "
      "\"+l\"(p)::\"memory\");\n"
      "  volatile unsigned* v = p; out[0] = v[i] + c[i]; v[i] = 77; }\n" +
      kLaunch + "{ k<<<1, 1>>>(out, 0); }");
  ASSERT_EQ(loaded.reply.outcome, Outcome::kDone) << loaded.reply.text;
  for (int i = 0; i < 3; ++i) {
    const auto answer = bench.run();
    if (answer.reply.outcome == Outcome::kFaulted) return;  // as good
    ASSERT_EQ(answer.reply.outcome, Outcome::kDone) << answer.reply.text;
    EXPECT_EQ(bench.result()[0], 2) << "launch " << i;
  }
}

std::string reader(const std::string& load) {
  return "__global__ void k(const float* x, float* out, int64_t n) {\n"
         "  unsigned long long policy; asm volatile(\"createpolicy.fractional.L2::evict_last.b64 "
         "%0, 1.0;\" : \"=l\"(policy));\n"
         "  float sum = 0; for (int64_t i = blockIdx.x * 512 + threadIdx.x; i < n; i += 512 * "
         "gridDim.x) { float v;\n    " +
         load + "\n    sum += v; }\n  out[blockIdx.x * 512 + threadIdx.x] = sum; }\n" + kLaunch +
         "{ k<<<264, 512>>>(x, out, 4194304); }";
}

// 16 MiB of input fit into the cache many times over.
TEST(CudaDeviceHostile, NothingIsKeptInTheCache) {
  const std::string plain = "asm volatile(\"ld.global.f32 %0, [%1];\" : \"=f\"(v) : \"l\"(x + i));";
  const std::string last =
      "asm volatile(\"ld.global.L2::cache_hint.f32 %0, [%1], %2;\" : \"=f\"(v) : \"l\"(x + i), "
      "\"l\"(policy));";
  double us[2][2];
  for (const bool keep : {false, true}) {
    Bench bench(4 << 20);
    const auto loaded = bench.ready(reader(keep ? last : plain));
    ASSERT_EQ(loaded.reply.outcome, Outcome::kDone) << loaded.reply.text;
    for (const bool flush : {false, true}) {
      std::vector<double> times;
      for (int i = 0; i < 15; ++i) {
        const auto answer = bench.run(10, flush, flush);
        ASSERT_EQ(answer.reply.outcome, Outcome::kDone) << answer.reply.text;
        times.push_back(answer.reply.elapsed_us);
      }
      us[keep][flush] = middle(times);
    }
  }
  std::printf("16 MiB read: %.2f us flushed, %.2f us not; marked to be kept: %.2f us, %.2f us\n",
              us[0][1],
              us[0][0],
              us[1][1],
              us[1][0]);
  EXPECT_GT(us[1][1], 0.93 * us[0][1]);
}

TEST(CudaDeviceHostile, ABlockTooLargeForItsRegistersIsRefusedBeforeItRuns) {
  Bench bench;
  const auto loaded = bench.ready(
      "__global__ void k(const float* x, float* out) { float v[160];\n"
      "#pragma unroll\n  for (int i = 0; i < 160; ++i) v[i] = x[i * 3 + threadIdx.x % 8];\n"
      "  __syncthreads();\n"
      "#pragma unroll\n  for (int i = 0; i < 160; ++i) out[(i * 7 + threadIdx.x) % 1000] = v[i] * "
      "v[(i * 11 + 5) % 160]; }\n" +
      kLaunch + "{ k<<<1, 1024>>>(x, out); }");
  std::printf("1024 threads of many registers: %s\n", loaded.reply.text);
  EXPECT_EQ(loaded.reply.outcome, Outcome::kRefused);
  EXPECT_THAT(loaded.reply.text, HasSubstr("registers a thread"));
  EXPECT_TRUE(bench.executor.usable());
}

// The driver refuses a grid of 3 in clusters of 8 when it is launched, after the first kernel.
TEST(CudaDeviceHostile, WhatRanBeforeARefusedLaunchHasEndedBeforeTheAnswer) {
  Bench bench;
  const auto loaded = bench.ready(
      "__global__ void slow(float* out) { for (int i = 0; i < 30; ++i) __nanosleep(1000000); *out "
      "= 5; }\n"
      "__global__ void __cluster_dims__(8, 1, 1) clustered(float* out) { out[1] = 1; }\n" +
      kLaunch + "{ slow<<<1, 1>>>(out); clustered<<<3, 32>>>(out); }");
  ASSERT_EQ(loaded.reply.outcome, Outcome::kDone) << loaded.reply.text;
  const auto answer = bench.run();
  std::printf("a grid of 3 in clusters of 8: %s\n", answer.reply.text);
  EXPECT_EQ(answer.reply.outcome, Outcome::kRefused);
  EXPECT_EQ(bench.result()[0], 5) << "the first kernel was still running";
  ASSERT_TRUE(bench.executor.usable());
  EXPECT_EQ(
      bench.whole(kScale + kLaunch + "{ scale<0><<<4, 256>>>(x, out, 1000, 2.0f); }").reply.outcome,
      Outcome::kDone);
}

TEST(CudaDeviceHostile, FailuresOfOurOwnAreTheMachinesAndCostTheProcess) {
  const DeviceCompileResult program =
      compiled(kScale + kLaunch + "{ scale<0><<<4, 256>>>(x, out, 1000, 2.0f); }");
  {
    Bench bench;
    const Recorded recorded = record(bench.recorder, program);
    ASSERT_TRUE(recorded.plan) << recorded.plan.error();
    const auto answer = bench.load(program, recorded.plan.value(), std::uint64_t{1} << 45);
    EXPECT_EQ(answer.reply.outcome, Outcome::kMachine);
    std::printf("a workspace of 32 TiB: %s\n", answer.reply.text);
    EXPECT_FALSE(bench.executor.usable());
  }
  {
    Bench bench;
    const BytesFile no_memory("nothing", "x");
    device::Request request;
    request.command = Command::kMap;
    request.slot = 5, request.size = 4096;
    const auto answer = bench.executor.ask(request, {no_memory.fd()}, 10);
    EXPECT_EQ(answer.reply.outcome, Outcome::kMachine);
    std::printf("mapping what is no memory: %s\n", answer.reply.text);
    EXPECT_FALSE(bench.executor.usable());
  }
}

}  // namespace
}  // namespace vegttt::evaluate

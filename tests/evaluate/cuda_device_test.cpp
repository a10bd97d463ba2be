// Recorder and executor on a GPU; skipped without one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "cuda_bench.h"

namespace vegttt::evaluate {
namespace {

using ::testing::HasSubstr;

TEST(CudaDevice, ReplaysARecordedPlanOverOtherBuffers) {
  Bench bench;
  const auto answer =
      bench.whole(kScale + kLaunch +
                  "{ float* t = ws.alloc<float>(1000); scale<1><<<4, 256>>>(x, t, 1000, 2.0f);\n"
                  "  auto f = scale<0>; f<<<dim3(8), 128>>>(t, out, 1000, 3.0f); }");
  ASSERT_EQ(answer.reply.outcome, Outcome::kDone) << answer.reply.text;
  const std::vector<float> out = bench.result();
  for (std::size_t i = 0; i < kFloats; ++i) ASSERT_EQ(out[i], (2.0f * i + 1) * 3.0f) << i;
  std::printf(
      "two kernels: %.2f us between events, wall %.2f us, blocked %.2f us, queued in %.2f us\n",
      answer.reply.elapsed_us,
      answer.reply.wall_us,
      answer.reply.block_us,
      answer.reply.queue_us);
  EXPECT_GT(answer.reply.elapsed_us, 1);
  EXPECT_LT(answer.reply.elapsed_us, 200);
  EXPECT_GT(answer.reply.wall_us, answer.reply.block_us);
}

TEST(CudaDevice, TransfersSharedMemoryTablesAndReloadWork) {
  Bench bench;
  const auto answer = bench.whole(
      "__device__ float table[2] = {1, 2};\n__constant__ float c[2] = {10, 20};\n"
      "__global__ void k(float* out) { extern __shared__ float s[]; const int i = threadIdx.x;\n"
      "  s[i + 40000] = out[i]; __syncthreads(); table[i % 2] += 1; out[i] = s[40000 + i] + c[i % "
      "2]; }\n" +
      kLaunch +
      "{ cudaMemsetAsync(out, 0, 4000); cudaMemcpyAsync(out, x, 2048, cudaMemcpyDeviceToDevice);\n"
      "  k<<<1, 512, 200000>>>(out); }");
  ASSERT_EQ(answer.reply.outcome, Outcome::kDone) << answer.reply.text;
  const std::vector<float> out = bench.result();
  EXPECT_EQ(out[0], 10);
  EXPECT_EQ(out[511], 511 + 20);
  EXPECT_EQ(out[512], 0);
  EXPECT_EQ(out[999], 0);
}

TEST(CudaDevice, LaunchCannotReadATensor) {
  Bench bench;
  const auto program = compiled(kScale + kLaunch + "{ scale<0><<<4, 256>>>(x, out, 1000, x[1]); }");
  ASSERT_TRUE(program.ok) << program.log;
  const Recorded recorded = record(bench.recorder, program);
  EXPECT_EQ(recorded.answer.reply.outcome, Outcome::kFaulted);
  EXPECT_THAT(recorded.answer.reply.text, HasSubstr("CUDA_ERROR"));
  EXPECT_FALSE(bench.recorder.usable());
  std::printf("reading x in launch: %s\n", recorded.answer.reply.text);
}

TEST(CudaDevice, LaunchThatComputesOnAddressesIsRefused) {
  Bench bench;
  const auto program =
      compiled(kScale + kLaunch + "{ scale<0><<<4, 256>>>(x, out, out - x, 1.0f); }");
  const Recorded recorded = record(bench.recorder, program);
  ASSERT_EQ(recorded.answer.reply.outcome, Outcome::kDone) << recorded.answer.reply.text;
  ASSERT_FALSE(recorded.plan);
  EXPECT_THAT(recorded.plan.error(), HasSubstr("depends on addresses"));
}

TEST(CudaDevice, AnEndlessLaunchIsKilled) {
  Bench bench;
  const auto program = compiled("__global__ void k(float* o) { *o = 1; }\n" + kLaunch +
                                "{ while (clock64() != 0) { if (*(volatile unsigned long "
                                "long*)&ws.used == 77) break; } k<<<1, 1>>>(out); }");
  ASSERT_TRUE(program.ok) << program.log;
  const BytesFile recorder("cubin", program.recorder), tape("tape");
  const auto answer = bench.recorder.ask(
      record_request({kFloats * 4, kFloats * 4, kWorkspace}), {recorder.fd(), tape.fd()}, 0.5);
  EXPECT_TRUE(answer.timed_out);
  EXPECT_FALSE(bench.recorder.usable());
}

struct Bad {
  const char* name;
  const char* body;
};

class Faults : public ::testing::TestWithParam<Bad> {};

// The process is lost, the judge's memory and context are not.
TEST_P(Faults, CostOneProcess) {
  Bench bench;
  const auto answer =
      bench.whole("__global__ void k(const float* x, float* out) { " +
                  std::string(GetParam().body) + " }\n" + kLaunch + "{ k<<<1, 32>>>(x, out); }");
  EXPECT_EQ(answer.reply.outcome, Outcome::kFaulted) << answer.reply.text;
  std::printf("%s: %s\n", GetParam().name, answer.reply.text);
  EXPECT_FALSE(bench.executor.usable());
  std::vector<float> x(kFloats);
  require(driver().copy_to_host(x.data(), Bench::address(bench.input), kFloats * 4),
          "cuMemcpyDtoH");
  for (std::size_t i = 0; i < kFloats; ++i) ASSERT_EQ(x[i], static_cast<float>(i));
}

INSTANTIATE_TEST_SUITE_P(CudaDevice,
                         Faults,
                         ::testing::Values(Bad{"WriteToAnInput", "((float*)x)[3] = 1;"},
                                           Bad{"WriteBehindTheOutput", "out[1000 + 64] = 1;"},
                                           Bad{"ReadBehindAnInput", "out[0] = x[1000 + 64];"},
                                           Bad{"Trap", "asm(\"trap;\");"},
                                           Bad{"NullPointer", "*(float*)0 = 1;"}),
                         [](const auto& info) { return info.param.name; });

TEST(CudaDevice, AnEndlessKernelIsKilledAndAnotherProcessGoesOn) {
  Bench bench;
  const auto program =
      compiled("__global__ void k(float* out) { while (((volatile float*)out)[0] != 5.0f) {} }\n" +
               kLaunch + "{ k<<<1, 1>>>(out); }");
  const Recorded recorded = record(bench.recorder, program);
  ASSERT_TRUE(recorded.plan) << recorded.plan.error();
  ASSERT_EQ(bench.load(program, recorded.plan.value()).reply.outcome, Outcome::kDone);
  EXPECT_TRUE(bench.run(0.5).timed_out);
  Bench other;
  EXPECT_EQ(
      other.whole(kScale + kLaunch + "{ scale<0><<<4, 256>>>(x, out, 1000, 1.0f); }").reply.outcome,
      Outcome::kDone);
}

TEST(CudaDevice, TooMuchSharedMemoryIsRefusedWithANumber) {
  Bench bench;
  const auto program = compiled(
      "__global__ void k(float* out) { extern __shared__ float d[]; __shared__ float s[2000];\n"
      "  s[threadIdx.x] = d[threadIdx.x] = out[0]; __syncthreads(); out[threadIdx.x] = s[31 - "
      "threadIdx.x] + d[31 - threadIdx.x]; }\n" +
      kLaunch + "{ k<<<1, 32, 230000>>>(out); }");
  const Recorded recorded = record(bench.recorder, program);
  ASSERT_TRUE(recorded.plan) << recorded.plan.error();
  const auto answer = bench.load(program, recorded.plan.value());
  EXPECT_EQ(answer.reply.outcome, Outcome::kRefused);
  EXPECT_THAT(answer.reply.text, HasSubstr("bytes of shared memory, at most"));
}

TEST(CudaDevice, TheOutputIsPoisonBeforeEveryRepetition) {
  Bench bench;
  const auto answer =
      bench.whole("__global__ void k(float* out) { if (threadIdx.x == 0) out[0] = 1; }\n" +
                  kLaunch + "{ k<<<1, 32>>>(out); }");
  ASSERT_EQ(answer.reply.outcome, Outcome::kDone) << answer.reply.text;
  for (int i = 0; i < 3; ++i) {
    const std::vector<float> out = bench.result();
    EXPECT_EQ(out[0], 1);
    EXPECT_TRUE(std::isnan(out[1]) && std::isnan(out[999]));
    ASSERT_EQ(bench.run().reply.outcome, Outcome::kDone);
  }
}

}  // namespace
}  // namespace vegttt::evaluate

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (!vegttt::evaluate::cuda::driver_missing().empty()) {
    std::printf("SKIPPED: %s\n", vegttt::evaluate::cuda::driver_missing().c_str());
    return 77;
  }
  vegttt::evaluate::use_device(0);
  return RUN_ALL_TESTS();
}

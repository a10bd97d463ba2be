// Recorder and executor on a GPU, without LibTorch's tensors; skipped without one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <numeric>

#include "../../src/evaluate/cuda/bytes_file.h"
#include "../../src/evaluate/cuda/device_buffer.h"
#include "../../src/evaluate/cuda/helpers.h"
#include "../../src/evaluate/cuda/record.h"
#include "../../src/evaluate/device_compiler.h"

namespace vegttt::evaluate {
namespace {

using cuda::driver;
using device::Command;
using device::Outcome;
using ::testing::HasSubstr;

constexpr std::uint64_t kFloats = 1000;
constexpr std::uint64_t kWorkspace = 64 << 20;

const std::string& helpers() {
  static const std::string cubin = helpers_cubin();
  return cubin;
}

DeviceCompileResult compiled(const std::string& code) {
  records::Candidate candidate;
  candidate.code = code;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\n#line 1 \"candidate\"\n" + code +
      "\nextern \"C\" __global__ void vegttt_record(void* const* buffers, Workspace* ws) {\n"
      "  launch((const float*)buffers[0], (float*)buffers[1], *ws);\n}\n";
  return compile_for_device(candidate, {});
}

const std::vector<std::uint64_t> kBytes = {kFloats * 4, kFloats * 4, kWorkspace};

struct Recorded {
  DeviceProcess::Answer answer;
  core::Result<Plan> plan = core::Failure{"not recorded"};
};

Recorded record(DeviceProcess& process, const DeviceCompileResult& program) {
  const BytesFile cubin("cubin", program.cubin), tape("tape");
  Recorded recorded;
  recorded.answer = process.ask(record_request(kBytes), {cubin.fd(), tape.fd()}, 10);
  if (recorded.answer.reply.outcome == Outcome::kDone && !recorded.answer.timed_out)
    recorded.plan = plan_of_recordings(tape.read(), kBytes, program.kernels, {});
  return recorded;
}

// Input x = 0, 1, 2, ...; one output.
struct Bench {
  DeviceBuffer input{kFloats * 4, 0}, output{kFloats * 4, 0};
  DeviceProcess recorder{0, helpers()}, executor{0, helpers()};

  Bench() {
    std::vector<float> x(kFloats);
    std::iota(x.begin(), x.end(), 0.0f);
    require(driver().copy_to_device(address(input), x.data(), kFloats * 4), "cuMemcpyHtoD");
    map(0, input, false);
    map(1, output, true);
  }
  static CUdeviceptr address(const DeviceBuffer& buffer) {
    return reinterpret_cast<CUdeviceptr>(buffer.data());
  }
  void map(std::uint32_t slot, const DeviceBuffer& buffer, bool writable) {
    device::Request request;
    request.command = Command::kMap;
    request.slot = slot;
    request.size = buffer.size();
    request.writable = writable;
    const auto answer = executor.ask(request, {buffer.fd()}, 10);
    EXPECT_EQ(answer.reply.outcome, Outcome::kDone) << answer.reply.text;
  }
  DeviceProcess::Answer load(const DeviceCompileResult& program, const Plan& plan) {
    const BytesFile cubin("cubin", program.cubin), bytes("plan", to_bytes(plan));
    device::Request request;
    request.command = Command::kLoad;
    request.reload = program.reload;
    request.workspace_bytes = kWorkspace;
    return executor.ask(request, {cubin.fd(), bytes.fd()}, 10);
  }
  DeviceProcess::Answer run(double timeout_s = 10) {
    device::Request request;
    request.command = Command::kRun;
    request.buffers = 2;
    request.slots[0] = 0, request.slots[1] = 1;
    request.poison = 0xFFC00123u;
    return executor.ask(request, {}, timeout_s);
  }
  std::vector<float> result() const {
    std::vector<float> out(kFloats);
    require(driver().copy_to_host(out.data(), address(output), kFloats * 4), "cuMemcpyDtoH");
    return out;
  }
  // Compiles, records, loads, runs.
  DeviceProcess::Answer whole(const std::string& code) {
    const DeviceCompileResult program = compiled(code);
    EXPECT_TRUE(program.ok) << program.log;
    const Recorded recorded = record(recorder, program);
    EXPECT_TRUE(recorded.plan) << recorded.plan.error() << recorded.answer.reply.text;
    if (!program.ok || !recorded.plan) return {};
    const auto loaded = load(program, recorded.plan.value());
    EXPECT_EQ(loaded.reply.outcome, Outcome::kDone) << loaded.reply.text;
    return loaded.reply.outcome == Outcome::kDone ? run() : loaded;
  }
};

const std::string kLaunch = "void launch(const float* x, float* out, Workspace& ws) ";
const std::string kScale =
    "template <int N> __global__ void scale(const float* a, float* b, int64_t n, float f) {\n"
    "  int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x; if (i < n) b[i] = a[i] * f + "
    "N;\n}\n";

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
  const BytesFile cubin("cubin", program.cubin), tape("tape");
  const auto answer = bench.recorder.ask(record_request(kBytes), {cubin.fd(), tape.fd()}, 0.5);
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

// A recorder and an executor on a GPU, one input x = 0, 1, 2, ... and one output, without
// LibTorch's tensors. Only for tests with the label gpu.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "../../src/evaluate/cuda/bytes_file.h"
#include "../../src/evaluate/cuda/device_buffer.h"
#include "../../src/evaluate/cuda/device_facts.h"
#include "../../src/evaluate/cuda/helpers.h"
#include "../../src/evaluate/cuda/record.h"
#include "../../src/evaluate/device_compiler.h"

namespace vegttt::evaluate {

using cuda::driver;
using device::Command;
using device::Outcome;

inline constexpr std::uint64_t kFloats = 1000;
inline constexpr std::uint64_t kWorkspace = 64 << 20;

inline const std::string& helpers() {
  static const std::string cubin = helpers_cubin(cuda::device_architecture(0));
  return cubin;
}

inline DeviceCompileResult compiled(const std::string& code) {
  records::Candidate candidate;
  candidate.code = code;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\n#line 1 \"candidate\"\n" + code +
      "\nextern \"C\" __global__ void vegttt_record(void* const* buffers, Workspace* ws) {\n"
      "  launch((const float*)buffers[0], (float*)buffers[1], *ws);\n}\n";
  return compile_for_device(candidate, {30, cuda::device_architecture(0)});
}

struct Recorded {
  DeviceProcess::Answer answer;
  core::Result<Plan> plan = core::Failure{"not recorded"};
};

inline Recorded record(DeviceProcess& process,
                       const DeviceCompileResult& program,
                       std::uint64_t floats = kFloats) {
  const std::vector<std::uint64_t> sizes = {floats * 4, floats * 4, kWorkspace};
  const BytesFile recorder("cubin", program.recorder), tape("tape");
  Recorded recorded;
  recorded.answer = process.ask(record_request(sizes), {recorder.fd(), tape.fd()}, 10);
  if (recorded.answer.reply.outcome == Outcome::kDone && !recorded.answer.timed_out)
    recorded.plan =
        plan_of_recordings(tape.read(), sizes, program.kernels, limits_of(process.ready()));
  return recorded;
}

struct Bench {
  std::uint64_t floats;
  DeviceBuffer input, output;
  DeviceProcess recorder{0, helpers()}, executor{0, helpers()};

  explicit Bench(std::uint64_t count = kFloats)
      : floats(count), input(count * 4, 0), output(count * 4, 0) {
    std::vector<float> x(count);
    std::iota(x.begin(), x.end(), 0.0f);
    require(driver().copy_to_device(address(input), x.data(), count * 4), "cuMemcpyHtoD");
    EXPECT_EQ(map(0, input, false).reply.outcome, Outcome::kDone);
    EXPECT_EQ(map(1, output, true).reply.outcome, Outcome::kDone);
  }
  static CUdeviceptr address(const DeviceBuffer& buffer) {
    return reinterpret_cast<CUdeviceptr>(buffer.data());
  }
  DeviceProcess::Answer map(std::uint32_t slot, const DeviceBuffer& buffer, bool writable) {
    device::Request request;
    request.command = Command::kMap;
    request.slot = slot;
    request.size = buffer.size();
    request.writable = writable;
    return executor.ask(request, {buffer.fd()}, 10);
  }
  DeviceProcess::Answer load(const DeviceCompileResult& program,
                             const Plan& plan,
                             std::uint64_t workspace_bytes = kWorkspace) {
    const BytesFile cubin("cubin", program.cubin), bytes("plan", to_bytes(plan));
    device::Request request;
    request.command = Command::kLoad;
    request.reload = program.reload;
    request.workspace_bytes = workspace_bytes;
    return executor.ask(request, {cubin.fd(), bytes.fd()}, 10);
  }
  DeviceProcess::Answer run(double timeout_s = 10, bool scrub = true, bool flush = true) {
    device::Request request;
    request.command = Command::kRun;
    request.buffers = 2;
    request.slots[0] = 0, request.slots[1] = 1;
    request.poison = 0xFFC00123u;
    request.scrub = scrub, request.flush = flush;
    return executor.ask(request, {}, timeout_s);
  }
  std::vector<float> result() const {
    std::vector<float> out(floats);
    require(driver().copy_to_host(out.data(), address(output), floats * 4), "cuMemcpyDtoH");
    return out;
  }
  // Compiles, records, loads; a failure of the test when one of them fails.
  DeviceProcess::Answer ready(const std::string& code) {
    const DeviceCompileResult program = compiled(code);
    EXPECT_TRUE(program.ok) << program.log;
    const Recorded recorded = record(recorder, program, floats);
    EXPECT_TRUE(recorded.plan) << recorded.plan.error() << recorded.answer.reply.text;
    DeviceProcess::Answer failed;
    failed.reply.outcome = Outcome::kMachine;
    return program.ok && recorded.plan ? load(program, recorded.plan.value()) : failed;
  }
  DeviceProcess::Answer whole(const std::string& code) {
    const auto loaded = ready(code);
    EXPECT_EQ(loaded.reply.outcome, Outcome::kDone) << loaded.reply.text;
    return loaded.reply.outcome == Outcome::kDone ? run() : loaded;
  }
};

inline const std::string kLaunch = "void launch(const float* x, float* out, Workspace& ws) ";
inline const std::string kScale =
    "template <int N> __global__ void scale(const float* a, float* b, int64_t n, float f) {\n"
    "  int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x; if (i < n) b[i] = a[i] * f + "
    "N;\n}\n";

inline double middle(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values.at(values.size() / 2);
}

}  // namespace vegttt::evaluate

// The judge's inputs, truths and memory on a GPU, and all examples at the public sizes; skipped
// without one. A line for each task as it goes. VEGTTT_TASKS="1-25" picks tasks, so that a hundred
// can be split over several runs.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "../../src/evaluate/cuda/device_tasks.h"
#include "vegttt/core/clock.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

using records::Evaluation;
using records::Status;
using ::testing::AnyOf;

constexpr std::uint64_t kSeed = 20261123;

const tasks::Catalogue& catalogue() {
  static const tasks::Catalogue all = tasks::Catalogue::load();
  return all;
}

EvaluatorOptions options_for(const std::string& size) {
  EvaluatorOptions options;
  options.size = size;
  options.secret_seed = kSeed;
  options.evaluate.dialect = "cuda";
  options.evaluate.compile_timeout_s = 20;
  return options;
}

std::vector<std::string> chosen_tasks() {
  int first = 1, last = 100;
  if (const char* range = std::getenv("VEGTTT_TASKS")) {
    if (std::sscanf(range, "%d-%d", &first, &last) == 1) last = first;
  }
  std::vector<std::string> ids;
  for (int i = first; i <= last; ++i) ids.push_back("L1/" + std::to_string(i));
  return ids;
}

// What all processes together use of the device, looked at every few milliseconds.
class MemoryWatch {
 public:
  MemoryWatch() : thread_([this] { look(); }) {}
  ~MemoryWatch() { stop_ = true; }
  double take_peak_gib() { return static_cast<double>(peak_.exchange(0)) / (1 << 30); }

 private:
  void look() {
    use_device(0);
    while (!stop_) {
      std::size_t free = 0, total = 0;
      require(cuda::driver().mem_info(&free, &total), "cuMemGetInfo");
      std::size_t seen = peak_;
      while (total - free > seen && !peak_.compare_exchange_weak(seen, total - free)) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  }
  std::atomic<bool> stop_ = false;
  std::atomic<std::size_t> peak_ = 0;
  std::jthread thread_;
};

double stage(const Evaluation& e, const char* name) {
  const auto found = e.stage_s.find(name);
  return found == e.stage_s.end() ? 0 : found->second;
}

void print_line(const std::string& id, const Evaluation& e, double seconds, double peak_gib) {
  const records::Timing timing = e.timing.value_or(records::Timing{});
  std::string flags;
  for (const std::string& flag : e.flags) flags += " " + flag;
  std::printf(
      "%-7s %-10s %7.3fx  floor %9.1f us (reference %5.2f, candidate %5.2f of it)  inputs %5.2f "
      "truth %6.2f verify %5.2f time %6.2f all %6.2f s  peak %5.1f GiB  plan %5.1f%s%s\n",
      id.c_str(),
      records::name_of(e.status),
      timing.speedup,
      timing.floor_us,
      timing.floor_us > 0 ? timing.reference_median_us / timing.floor_us : 0,
      timing.floor_us > 0 ? timing.candidate_median_us / timing.floor_us : 0,
      stage(e, "inputs"),
      stage(e, "truth"),
      stage(e, "verify"),
      stage(e, "time"),
      seconds,
      peak_gib,
      static_cast<double>(plan_memory(catalogue().find(id), "paper").peak()) / (1 << 30),
      flags.c_str(),
      e.timing ? "" : (" " + e.message).c_str());
}

TEST(CudaPaper, EveryExampleIsCorrectAtPaperSizeWithinTheMemory) {
  const auto judge = make_evaluator(options_for("paper"), catalogue());
  use_device(0);
  MemoryWatch memory;
  double total_s = 0;
  for (const std::string& id : chosen_tasks()) {
    char name[64];
    std::snprintf(name, sizeof name, "kernels/examples/cuda/%03d.cu", std::atoi(id.c_str() + 3));
    const core::Stopwatch watch;
    const Evaluation e =
        judge->evaluate({id, core::read_file(core::fs::path(VEGTTT_SOURCE_DIR) / name), name});
    total_s += watch.elapsed_s();
    const double peak_gib = memory.take_peak_gib();
    print_line(id, e, watch.elapsed_s(), peak_gib);
    EXPECT_THAT(e.status, AnyOf(Status::kSlow, Status::kFast)) << id << ": " << e.message;
    EXPECT_LE(peak_gib, 79) << id;
    if (!e.timing) continue;
    EXPECT_GT(e.timing->reference_median_us, e.timing->floor_us) << id;
    EXPECT_GT(e.timing->candidate_median_us, e.timing->floor_us) << id;
  }
  std::printf("%.1f s for all\n", total_s);
}

struct Judge {
  EvaluatorOptions options;
  JudgeKernels kernels{0};
  DeviceTasks tasks;
  explicit Judge(const std::string& size, const std::string& precision = "task")
      : options(with(size, precision)),
        tasks(options, protocol("strict"), catalogue(), kernels, 0) {}
  static EvaluatorOptions with(const std::string& size, const std::string& precision) {
    EvaluatorOptions options = options_for(size);
    options.evaluate.precision = precision;
    return options;
  }
};

TEST(CudaTruth, RatesAreThoseOfThisDevice) {
  Judge judge("tiny");
  const DeviceSpeed& speed = judge.tasks.speed();
  std::printf("memory %.2f TB/s, bf16 %.0f TFLOP/s, launch %.2f us, cache %.0f MiB\n",
              speed.bytes_per_us * 1e-6,
              speed.flops_per_us * 1e-6,
              speed.launch_us,
              speed.l2_bytes / (1 << 20));
  EXPECT_GT(speed.bytes_per_us, 1e6);
  EXPECT_GT(speed.flops_per_us, 1e8);
  EXPECT_GT(speed.launch_us, 0.5);
  EXPECT_LT(speed.launch_us, 20);
}

// Roundings of a fused multiply-add move a value by a unit of its last place before it is made
// hostile, and then by a few units of the tenth bit at most.
TEST(CudaTruth, InputsOfTheDeviceAreThoseOfTheHost) {
  Judge judge("tiny");
  for (const tasks::Task& task : catalogue().all()) {
    DeviceTask& prepared = judge.tasks.get(task.id);
    for (int set = 0; set < kInputSets; ++set) {
      const auto host = tasks::make_inputs(task, "tiny", kSeed, set);
      const auto& device = prepared.tensors(set);
      for (std::size_t i = 0; i < host.size(); ++i) {
        const at::Tensor there = device[i].cpu();
        ASSERT_EQ(there.scalar_type(), host[i].scalar_type()) << task.id;
        const at::Tensor close =
            at::isclose(there.to(at::kDouble), host[i].to(at::kDouble), 0x1p-8, 1e-6);
        EXPECT_GE(close.to(at::kDouble).mean().item<double>(), 0.999)
            << task.id << " input " << i << " set " << set;
      }
    }
  }
}

// The reference passes its own rule; prints by how much each was widened.
void expect_reference_passes(Judge& judge, const std::string& precision) {
  for (const tasks::Task& task : catalogue().all()) {
    DeviceTask& prepared = judge.tasks.get(task.id);
    if (task.output_dtype != tasks::DType::kFloat32) continue;
    for (int set = 0; set < kInputSets; ++set) {
      const at::Tensor out = run_reference(task,
                                           *prepared.reference,
                                           prepared.tensors(set),
                                           flags_of(task.contract_at(precision)))
                                 .contiguous();
      const DeviceExpected& expected = prepared.expected[static_cast<std::size_t>(set)];
      const Tally tally =
          judge.kernels.math()
              .judge(out.const_data_ptr(), expected.truth, expected.displacement, expected.rules, 0)
              .on_host();
      EXPECT_EQ(tally.bad, 0) << task.id << " set " << set << " largest " << tally.largest;
      if (set == 0)
        std::printf("%-7s reference errs by %.3f of the allowance, widened %.2f\n",
                    task.id.c_str(),
                    tally.largest,
                    prepared.preparation.widening);
    }
    EXPECT_LE(prepared.preparation.widening, kMostWidening) << task.id;
  }
}

TEST(CudaTruth, TheReferenceIsNeverRefused) {
  Judge judge("small");
  expect_reference_passes(judge, "task");
}

TEST(CudaTruth, TheReferenceIsNotRefusedUnderTf32AndBf16Either) {
  for (const char* precision : {"tf32", "bf16"}) {
    std::printf("%s\n", precision);
    Judge judge("tiny", precision);
    expect_reference_passes(judge, precision);
  }
}

// Errors of nine tenths of the host's allowance are nine tenths of the device's.
TEST(CudaTruth, TheDeviceAllowsWhatTheHostAllows) {
  Judge judge("tiny");
  for (const char* id : {"1", "13", "19", "23", "34", "41", "47", "63", "89", "94", "97"}) {
    const tasks::Task& task = catalogue().find(id);
    DeviceTask& prepared = judge.tasks.get(task.id);
    std::vector<at::Tensor> inputs;
    for (const at::Tensor& input : prepared.tensors(0)) inputs.push_back(input.cpu());
    const Expected host =
        expect(task, *prepared.reference, inputs, {false, terms_of(task, "tiny")});
    std::vector<float> answer(host.truth.size());
    for (std::size_t i = 0; i < answer.size(); ++i)
      answer[i] = static_cast<float>(host.truth[i] + 0.9 * host.allowance[i]);
    const at::Tensor out = at::tensor(answer, at::kFloat).to(prepared.expected[0].truth.device());
    const Tally tally = judge.kernels.math()
                            .judge(out.const_data_ptr(),
                                   prepared.expected[0].truth,
                                   prepared.expected[0].displacement,
                                   prepared.expected[0].rules,
                                   0)
                            .on_host();
    EXPECT_NEAR(tally.largest, 0.9, 0.1) << id;
  }
}

// A pool's truth, computed in pieces, is that of each window computed at once.
TEST(CudaTruth, WindowsOfAPoolHaveTheTruthOfTheirInputs) {
  Judge judge("paper");
  for (const char* id : {"58", "66", "12", "40"}) {
    DeviceTask& prepared = judge.tasks.get(catalogue().find(id).id);
    std::printf("%-7s %s\n", id, name_of(prepared.memory.layout));
    for (int set = 0; set < kInputSets; ++set) {
      const DeviceExpected whole = expect_on_device(judge.kernels.math(),
                                                    *prepared.task,
                                                    *prepared.reference,
                                                    prepared.tensors(set),
                                                    {false, 1},
                                                    0,
                                                    1);
      const DeviceExpected& window = prepared.expected[static_cast<std::size_t>(set)];
      EXPECT_EQ(window.sizes, whole.sizes) << id;
      EXPECT_TRUE(at::allclose(window.truth, whole.truth, 1e-6, 1e-9)) << id << " set " << set;
    }
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
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return RUN_ALL_TESTS();
}

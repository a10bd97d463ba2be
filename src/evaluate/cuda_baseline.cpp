// Baselines of the dialect `cuda`.
#include <fmt/format.h>

#include <optional>

#include "baseline_meters.h"
#include "cuda/device_facts.h"
#include "cuda/device_trial.h"
#include "cuda/gpu.h"
#include "cuda/judge_plan.h"
#include "device_compiler.h"
#include "submission.h"
#include "timing_stats.h"
#include "vegttt/core/error.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/stop.h"
#include "vegttt_embedded/vegttt_equal_kernel.h"

namespace vegttt::evaluate {
namespace {

constexpr int kRotation = 3;  // input sets, as for candidates

// Elementwise, row-wise, reductions, a scan, a product: one to three launches each.
const std::vector<int>& equal_tasks() {
  static const std::vector<int> list = {5, 19, 21, 23, 36, 40, 47, 51, 89, 94};
  return list;
}

std::string source_of(const std::string& task_id) {
  const std::string file =
      fmt::format("kernels/examples/cuda/{:03}.cu", std::stoi(task_id.substr(3)));
  const auto found = equal_source::find_embedded(file);
  if (!found) throw core::UserError("no equal kernel for " + task_id);
  return std::string(*found);
}

class CudaBaselineMeter : public BaselineMeter {
 public:
  CudaBaselineMeter(const EvaluatorOptions& options, const tasks::Catalogue& catalogue)
      : options_(options), catalogue_(catalogue), rules_(protocol(options.evaluate.protocol)) {
    if (const std::string& why = cuda::driver_missing(); !why.empty())
      throw core::MachineError("no GPU to measure on: " + why);
  }

  Baseline measure(const tasks::Task& task, int pairs) override;
  std::vector<std::string> equal_kernel_tasks() const override {
    std::vector<std::string> ids;
    for (const int task : equal_tasks()) ids.push_back(fmt::format("L1/{}", task));
    return ids;
  }
  EqualKernel judge_equal_kernel(const std::string& task_id, int verdicts) override;

 private:
  DeviceCompileResult compile(const std::string& task_id);
  Plan record(const DeviceCompileResult& compiled, const DeviceTask& task);
  EqualVerdict judge(const DeviceCompileResult& compiled, DeviceTask& task, int number);

  EvaluatorOptions options_;
  const tasks::Catalogue& catalogue_;
  Protocol rules_;
  double empty_us_ = 0;  // of the last trial's executor
  // Truths are only made for equal kernels: two of these, one at a time.
  std::optional<Gpu> gpu_;
  bool with_truths_ = false;
  Gpu& gpu(bool with_truths) {
    if (!gpu_ || with_truths_ != with_truths) {
      gpu_.reset();
      gpu_.emplace(options_, catalogue_);
      if (!with_truths) gpu_->tasks.leave_out_truths();
      with_truths_ = with_truths;
    }
    return *gpu_;
  }
};

Baseline CudaBaselineMeter::measure(const tasks::Task& task, int pairs) {
  Gpu& gpu = this->gpu(false);
  DeviceTask& prepared = gpu.tasks.get(task.id);
  Baseline baseline;
  baseline.task_id = task.id;
  baseline.size = options_.size;
  baseline.machine = gpu.name;
  baseline.reference = options_.reference;
  for (int i = -1; i < pairs; ++i) {  // pair -1 warms up
    core::throw_if_stopped();
    const std::vector<at::Tensor>& inputs = prepared.tensors((i + 1) % kRotation);
    double a = i % 2 == 0 ? prepared.clock->run_us(inputs) : 0;
    const double b = prepared.clock->run_us(inputs);
    if (i % 2 != 0) a = prepared.clock->run_us(inputs);
    if (i < 0) continue;
    baseline.timing.reference_us.push_back(a);
    baseline.timing.candidate_us.push_back(b);
  }
  summarize(baseline.timing, false);
  baseline.floor_us = baseline.timing.floor_us = prepared.floor_us;
  baseline.conditions = gpu.conditions.now();
  baseline.conditions->tf32_products = prepared.flags.tf32_products;
  baseline.conditions->tf32_convolutions = prepared.flags.tf32_convolutions;
  resample(baseline, rules_.timings, options_.secret_seed);
  return baseline;
}

DeviceCompileResult CudaBaselineMeter::compile(const std::string& task_id) {
  records::Evaluation ignored;
  const auto candidate = assemble({task_id, source_of(task_id), ""}, options_, catalogue_, ignored);
  if (!candidate)
    throw core::InternalError("the equal kernel does not assemble: " + ignored.message);
  DeviceCompileResult compiled =
      compile_for_device(*candidate,
                         {options_.evaluate.compile_timeout_s,
                          cuda::device_architecture(options_.evaluate.device),
                          options_.evaluate.cache});
  if (!compiled.ok) throw core::MachineError("the equal kernel does not compile: " + compiled.log);
  return compiled;
}

Plan CudaBaselineMeter::record(const DeviceCompileResult& compiled, const DeviceTask& task) {
  Plan plan;
  const DeviceOutcome outcome = gpu_->pool.record(compiled.recorder,
                                                  compiled.kernels,
                                                  task.buffer_bytes,
                                                  options_.evaluate.run_timeout_s,
                                                  plan);
  if (outcome.kind != DeviceOutcome::Kind::kDone)
    throw core::MachineError("the equal kernel cannot be recorded: " + outcome.text);
  return plan;
}

EqualVerdict CudaBaselineMeter::judge(const DeviceCompileResult& compiled,
                                      DeviceTask& task,
                                      int number) {
  records::Evaluation result;
  records::Timing timing;
  DeviceTrial trial(
      task,
      compiled,
      gpu_->pool,
      gpu_->kernels,
      options_.evaluate.run_timeout_s,
      core::CounterRng(gpu_->tasks.secret_seed()).bits(static_cast<std::uint64_t>(number)),
      result);
  const bool timed = trial.record() && trial.verify(rules_.checks) && trial.time(rules_, timing);
  if (!timed && result.status != records::Status::kSuspicious)
    throw core::MachineError("the equal kernel failed: " + result.message);
  empty_us_ = trial.empty_us();
  EqualVerdict verdict = verdict_of(timing);
  verdict.suspicious = !timed;
  return verdict;
}

EqualKernel CudaBaselineMeter::judge_equal_kernel(const std::string& task_id, int verdicts) {
  const DeviceCompileResult compiled = compile(task_id);
  Gpu& gpu = this->gpu(true);
  DeviceTask& task = gpu.tasks.get(task_id);
  JudgePlan plan(
      compiled.cubin, record(compiled, task), catalogue_.find(task_id).output(options_.size));
  std::unique_ptr<DeviceReferenceClock> reference = std::move(task.clock);
  task.clock = std::make_unique<DeviceReferenceClock>(
      gpu.kernels, [&plan](const auto& inputs) { return plan(inputs); });
  task.clock->run_us(task.tensors(0));
  task.reference_us = task.clock->run_us(task.tensors(0));
  std::vector<EqualVerdict> all;
  for (int i = 0; i < verdicts; ++i) {
    core::throw_if_stopped();
    all.push_back(judge(compiled, task, i));
  }
  EqualKernel equal{task_id, options_.size, gpu.name};
  equal.empty_candidate_us = empty_us_;
  equal.empty_reference_us = gpu.kernels.empty_us(plan.nodes());
  summarize(all, equal);
  task.clock = std::move(reference);
  return equal;
}

}  // namespace

std::unique_ptr<BaselineMeter> make_cuda_baseline_meter(const EvaluatorOptions& options,
                                                        const tasks::Catalogue& catalogue) {
  return std::make_unique<CudaBaselineMeter>(options, catalogue);
}

}  // namespace vegttt::evaluate

// The judge of the dialect `cuda`: candidates become plans, plans are replayed by a process of
// their own, verified and timed against the reference that ATen runs on the same GPU.
#include "cuda_evaluator.h"

#include <fmt/format.h>

#include <algorithm>

#include "compile_ahead.h"
#include "conclude.h"
#include "cuda/device_facts.h"
#include "cuda/device_trial.h"
#include "cuda/gpu.h"
#include "device_compiler.h"
#include "early_compile.h"
#include "kernel_files.h"
#include "machine_speed.h"
#include "submission.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/stop.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::evaluate {
namespace {

using records::Evaluation;
using records::Status;

class CudaEvaluator : public Evaluator {
 public:
  CudaEvaluator(const EvaluatorOptions& options, const tasks::Catalogue& catalogue)
      : options_(options),
        catalogue_(catalogue),
        protocol_(protocol(options.evaluate.protocol)),
        architecture_(cuda::device_architecture(options.evaluate.device)),
        early_(compiling_cores(), [this](const auto& candidate) { return compile(candidate); }) {}

  Evaluation evaluate(const Submission& submission, Until until) override {
    Evaluation result;
    const std::optional<records::Candidate> candidate =
        assemble(submission, options_, catalogue_, result);
    if (!candidate) return result;
    return judge(*candidate, compile(*candidate), until, std::move(result));
  }

  void evaluate_all(const std::vector<Submission>& submissions,
                    const std::function<void(std::size_t, const Evaluation&)>& done) override;

  void prepare(const Submission& submission) override {
    Evaluation unused;
    std::optional<records::Candidate> candidate =
        assemble(submission, options_, catalogue_, unused);
    if (candidate) early_.begin(std::move(*candidate));
  }

  void make_room(std::uint64_t bytes) override {
    if (gpu_) gpu_->tasks.give_back(bytes);
  }

  void when_short(std::function<void(std::uint64_t)> ask) override {
    ask_for_room_ = std::move(ask);
    if (gpu_) gpu_->tasks.when_short(ask_for_room_);
  }

  void keep_kernels_in(const std::string& folder) override { options_.kernel_folder = folder; }

  void draw_inputs_anew() override {
    if (!gpu_) return;  // none were drawn yet
    use_device(options_.evaluate.device);
    gpu_->tasks.draw_anew();
  }

 private:
  // One core is left to the judge or the sampler, and one to the executor.
  static int compiling_cores() { return std::max(1, usable_cores() - 2); }
  DeviceCompileResult compile(const records::Candidate& candidate) const {
    return compile_for_device(
        candidate, {options_.evaluate.compile_timeout_s, architecture_, options_.evaluate.cache});
  }
  Evaluation judge(const records::Candidate& candidate,
                   const DeviceCompileResult& compiled,
                   Until until,
                   Evaluation result);
  bool accept_compiled(const records::Candidate& candidate,
                       const DeviceCompileResult& compiled,
                       Evaluation& result) const;
  void run(const records::Candidate& candidate,
           const DeviceCompileResult& compiled,
           Until until,
           Evaluation& result);
  static bool record(DeviceTrial& trial, Evaluation& result);
  bool verify(DeviceTrial& trial, Evaluation& result) const;
  void time(DeviceTrial& trial, const ReferenceFlags& flags, Evaluation& result) const;

  EvaluatorOptions options_;
  const tasks::Catalogue& catalogue_;
  Protocol protocol_;
  std::string architecture_;
  std::unique_ptr<Gpu> gpu_;
  std::function<void(std::uint64_t)> ask_for_room_;
  std::uint64_t evaluations_ = 0;
  EarlyCompile<DeviceCompileResult> early_;  // last: it uses the rest
};

bool CudaEvaluator::accept_compiled(const records::Candidate& candidate,
                                    const DeviceCompileResult& compiled,
                                    Evaluation& result) const {
  result.stage_s["compile"] = compiled.elapsed_s;
  if (compiled.cached) result.flags.push_back("cached_compile");
  result.log = scaffold::map_log(compiled.log, candidate);
  keep_kernel(options_.kernel_folder, candidate, result.log);
  if (compiled.ok) {
    result.message = "compiled; not run";
    return true;
  }
  if (compiled.machine_failed) {
    result.message = "the compiler process failed";
    return false;
  }
  result.status = compiled.timed_out ? Status::kTimeout : Status::kCompileError;
  result.message = compiled.timed_out ? fmt::format("the compiler needed more than {} s",
                                                    options_.evaluate.compile_timeout_s)
                                      : first_error(result.log);
  return false;
}

Evaluation CudaEvaluator::judge(const records::Candidate& candidate,
                                const DeviceCompileResult& compiled,
                                Until until,
                                Evaluation result) {
  if (!accept_compiled(candidate, compiled, result) || until == Until::kCompile) return result;
  if (!cuda::driver_missing().empty()) {
    result.message = "compiled; no GPU to run it on";
    return result;
  }
  use_device(options_.evaluate.device);
  if (!gpu_) {
    gpu_ = std::make_unique<Gpu>(options_, catalogue_);
    gpu_->tasks.when_short(ask_for_room_);
  }
  result.machine = gpu_->name;
  run(candidate, compiled, until, result);
  return result;
}

void CudaEvaluator::run(const records::Candidate& candidate,
                        const DeviceCompileResult& compiled,
                        Until until,
                        Evaluation& result) {
  const std::uint64_t prepared = gpu_->tasks.prepared();
  const core::Stopwatch watch;
  DeviceTask& task = gpu_->tasks.get(candidate.task_id);
  const bool fresh = gpu_->tasks.prepared() != prepared;
  result.stage_s["truth"] = fresh ? task.preparation.truth_s : 0;
  result.stage_s["inputs"] = watch.elapsed_s() - result.stage_s["truth"];
  DeviceTrial trial(task,
                    compiled,
                    gpu_->pool,
                    gpu_->kernels,
                    options_.evaluate.run_timeout_s,
                    core::CounterRng(gpu_->tasks.secret_seed()).bits(evaluations_++),
                    result);
  if (!record(trial, result) || !verify(trial, result) || until == Until::kVerify) return;
  time(trial, task.flags, result);
}

bool CudaEvaluator::record(DeviceTrial& trial, Evaluation& result) {
  const core::Stopwatch watch;
  const bool recorded = trial.record();
  result.stage_s["record"] = watch.elapsed_s();
  return recorded;
}

bool CudaEvaluator::verify(DeviceTrial& trial, Evaluation& result) const {
  const core::Stopwatch watch;
  const bool right = trial.verify(protocol_.checks);
  result.stage_s["verify"] = watch.elapsed_s();
  if (right)
    result.message = "correct; not timed";
  else
    count_failed_checks(result);
  return right;
}

void CudaEvaluator::time(DeviceTrial& trial,
                         const ReferenceFlags& flags,
                         Evaluation& result) const {
  const core::Stopwatch watch;
  records::Timing timing;
  const bool finished = trial.time(protocol_, timing);
  result.stage_s["time"] = watch.elapsed_s();
  if (finished || result.status == Status::kSuspicious) {
    result.timing = timing;
    result.conditions = gpu_->conditions.now();
    result.conditions->tf32_products = flags.tf32_products;
    result.conditions->tf32_convolutions = flags.tf32_convolutions;
  }
  if (finished) conclude(result);
}

void CudaEvaluator::evaluate_all(const std::vector<Submission>& submissions,
                                 const std::function<void(std::size_t, const Evaluation&)>& done) {
  std::vector<Evaluation> results(submissions.size());
  std::vector<std::optional<records::Candidate>> candidates;
  for (std::size_t i = 0; i < submissions.size(); ++i)
    candidates.push_back(assemble(submissions[i], options_, catalogue_, results[i]));
  const std::vector<std::size_t> order = by_task(submissions);
  std::vector<const records::Candidate*> wanted;
  for (const std::size_t i : order)
    if (candidates[i]) wanted.push_back(&*candidates[i]);
  CompileAhead ahead(wanted, compiling_cores(), [this](const auto& candidate) {
    std::optional<DeviceCompileResult> early = early_.take(candidate);
    return early ? std::move(*early) : compile(candidate);
  });
  for (const std::size_t i : order) {
    core::throw_if_stopped();
    if (candidates[i])
      results[i] =
          judge(*candidates[i], *ahead.take(*candidates[i]), Until::kTime, std::move(results[i]));
    done(i, results[i]);
  }
  early_.forget();
}

}  // namespace

std::unique_ptr<Evaluator> make_cuda_evaluator(const EvaluatorOptions& options,
                                               const tasks::Catalogue& catalogue) {
  return std::make_unique<CudaEvaluator>(options, catalogue);
}

}  // namespace vegttt::evaluate

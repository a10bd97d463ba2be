// Baselines of the dialect `cpp`.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>

#include "baseline_meters.h"
#include "machine_speed.h"
#include "reference_clock.h"
#include "submission.h"
#include "task_store.h"
#include "timing_stats.h"
#include "trial.h"
#include "vegttt/core/error.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/stop.h"
#include "vegttt_embedded/vegttt_equal_kernel.h"

namespace vegttt::evaluate {
namespace {

constexpr int kSets = 3;  // inputs rotate, as they do for candidates

struct Inputs {
  std::vector<SharedBuffer> buffers;
  std::vector<at::Tensor> tensors;
};

// In shared memory, where candidates find theirs.
Inputs shared_inputs(const EvaluatorOptions& options, const tasks::Task& task, int set) {
  const bool public_inputs = protocol(options.evaluate.protocol).public_inputs;
  Inputs inputs;
  std::vector<std::span<const std::byte>> memory;
  for (const at::Tensor& tensor :
       tasks::make_inputs(task,
                          options.size,
                          options.secret_seed,
                          set,
                          public_inputs ? tasks::InputKind::kPublic : tasks::InputKind::kStrict)) {
    inputs.buffers.push_back(shared_copy(tensor, "input"));
    memory.push_back(inputs.buffers.back().bytes());
  }
  inputs.tensors = tensors_over(task.input_shapes(options.size), memory);
  return inputs;
}

records::Timing time_pairs(const tasks::Reference& reference,
                           const std::vector<Inputs>& sets,
                           const SharedBuffer& output,
                           int pairs,
                           int threads) {
  const Computation computation = [&](const std::vector<at::Tensor>& inputs) {
    return reference(inputs);
  };
  const ReferenceClock clock(computation, output.bytes(), threads);
  records::Timing timing;
  for (int i = -1; i < pairs; ++i) {  // pair -1 warms up
    core::throw_if_stopped();
    const std::vector<at::Tensor>& inputs = sets[static_cast<std::size_t>((i + 1) % kSets)].tensors;
    double a = i % 2 == 0 ? clock.run_us(inputs) : 0;
    const double b = clock.run_us(inputs);
    if (i % 2 != 0) a = clock.run_us(inputs);
    if (i < 0) continue;
    timing.reference_us.push_back(a);
    timing.candidate_us.push_back(b);
  }
  summarize(timing, false);
  return timing;
}

constexpr const char* kTask = "L1/5";  // a scaling: memory-bound, where small biases show
constexpr const char* kSource = "kernels/examples/cpp/005.cpp";

CompileResult compile_equal_kernel(const EvaluatorOptions& options,
                                   const tasks::Catalogue& catalogue) {
  records::Evaluation ignored;
  const std::string text(equal_source::find_embedded(kSource).value());
  const auto candidate = assemble({kTask, text, ""}, options, catalogue, ignored);
  if (!candidate)
    throw core::InternalError("the equal kernel does not assemble: " + ignored.message);
  HostCompiler compiler({options.evaluate.compile_timeout_s, options.evaluate.cache, ""});
  CompileResult compiled = compiler.compile(*candidate);
  if (!compiled.ok) throw core::MachineError("the equal kernel does not compile: " + compiled.log);
  return compiled;
}

// Our own code, so it may run here.
Computation in_this_process(const core::fs::path& library) {
  using Launch = void (*)(void* const* buffers, void* workspace);
  void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* symbol = handle != nullptr ? ::dlsym(handle, "vegttt_launch") : nullptr;
  if (symbol == nullptr) throw core::MachineError(::dlerror(), library.string());
  return [launch = reinterpret_cast<Launch>(symbol)](const std::vector<at::Tensor>& inputs) {
    at::Tensor out = at::empty_like(inputs[0]);
    void* const buffers[] = {inputs[0].data_ptr(), out.data_ptr()};
    launch(buffers, nullptr);  // it asks for no workspace
    return out;
  };
}

class CppBaselineMeter : public BaselineMeter {
 public:
  CppBaselineMeter(const EvaluatorOptions& options, const tasks::Catalogue& catalogue)
      : options_(options), catalogue_(catalogue), threads_(set_up_process(options.evaluate)) {}

  Baseline measure(const tasks::Task& task, int pairs) override;
  std::vector<std::string> equal_kernel_tasks() const override { return {kTask}; }
  EqualKernel judge_equal_kernel(const std::string& task_id, int verdicts) override;

 private:
  EvaluatorOptions options_;
  const tasks::Catalogue& catalogue_;
  int threads_;
};

Baseline CppBaselineMeter::measure(const tasks::Task& task, int pairs) {
  const tasks::Reference reference(task, options_.reference);
  std::vector<Inputs> sets;
  for (int set = 0; set < kSets; ++set) sets.push_back(shared_inputs(options_, task, set));
  Baseline baseline;
  baseline.task_id = task.id;
  baseline.size = options_.size;
  baseline.machine = machine_name(threads_);
  baseline.reference = options_.reference;
  const SharedBuffer output(static_cast<std::size_t>(task.output(options_.size).bytes()), "out");
  baseline.timing = time_pairs(reference, sets, output, pairs, threads_);
  baseline.floor_us = baseline.timing.floor_us =
      floor_us(task.work_at(options_.size), machine_speed(threads_));
  resample(baseline, protocol(options_.evaluate.protocol).timings, options_.secret_seed);
  return baseline;
}

EqualKernel CppBaselineMeter::judge_equal_kernel(const std::string& task_id, int verdicts) {
  const Protocol rules = protocol(options_.evaluate.protocol);
  const core::fs::path library = compile_equal_kernel(options_, catalogue_).library;
  TaskStore store(options_, rules, catalogue_, threads_);
  const PreparedTask& task = store.get(task_id);
  const TrialOptions trial_options{
      threads_, options_.evaluate.run_timeout_s, in_this_process(library)};
  std::vector<EqualVerdict> all;
  for (int i = 0; i < verdicts; ++i) {
    core::throw_if_stopped();
    records::Evaluation result;
    records::Timing timing;
    Trial trial(task,
                library,
                trial_options,
                core::CounterRng(store.secret_seed()).bits(static_cast<std::uint64_t>(i)),
                result);
    if (!trial.verify(rules.checks) || !trial.time(rules, timing))
      throw core::MachineError("the equal kernel failed: " + result.message);
    all.push_back(verdict_of(timing));
  }
  EqualKernel equal{task_id, options_.size, machine_name(threads_)};
  summarize(all, equal);
  return equal;
}

}  // namespace

std::unique_ptr<BaselineMeter> make_cpp_baseline_meter(const EvaluatorOptions& options,
                                                       const tasks::Catalogue& catalogue) {
  return std::make_unique<CppBaselineMeter>(options, catalogue);
}

}  // namespace vegttt::evaluate

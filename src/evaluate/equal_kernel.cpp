#include <ATen/ATen.h>
#include <dlfcn.h>

#include <algorithm>

#include "machine_speed.h"
#include "submission.h"
#include "task_store.h"
#include "timing_stats.h"
#include "trial.h"
#include "vegttt/core/error.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/stop.h"
#include "vegttt/evaluate/baseline.h"
#include "vegttt_embedded/vegttt_equal_kernel.h"

namespace vegttt::evaluate {
namespace {

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

}  // namespace

EqualKernel judge_equal_kernel(const EvaluatorOptions& options,
                               const tasks::Catalogue& catalogue,
                               int verdicts) {
  const int threads = set_up_process(options.evaluate);
  const Protocol rules = protocol(options.evaluate.protocol);
  const core::fs::path library = compile_equal_kernel(options, catalogue).library;
  TaskStore store(options, rules, catalogue, threads);
  const PreparedTask& task = store.get(kTask);
  const TrialOptions trial_options{
      threads, options.evaluate.run_timeout_s, in_this_process(library)};
  EqualKernel equal{kTask, options.size, machine_name(threads), verdicts, 0, 0, 0, 0, 0, 0, 0};
  std::vector<double> speedups, candidate_us, reference_us;
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
    speedups.push_back(timing.speedup);
    candidate_us.push_back(timing.candidate_median_us);
    reference_us.push_back(timing.reference_median_us);
    equal.fast += timing.speedup > 1 ? 1 : 0;
    equal.fast_strict += timing.speedup_low > 1 ? 1 : 0;
  }
  equal.speedup = median(speedups);
  equal.candidate_us = median(candidate_us);
  equal.reference_us = median(reference_us);
  equal.lowest = *std::min_element(speedups.begin(), speedups.end());
  equal.highest = *std::max_element(speedups.begin(), speedups.end());
  return equal;
}

core::Json to_json(const EqualKernel& e) {
  return {{"schema_version", 1},
          {"equal_kernel", e.task_id},
          {"size", e.size},
          {"machine", e.machine},
          {"verdicts", e.verdicts},
          {"speedup", e.speedup},
          {"lowest", e.lowest},
          {"highest", e.highest},
          {"candidate_us", e.candidate_us},
          {"reference_us", e.reference_us},
          {"fast", e.fast},
          {"fast_strict", e.fast_strict}};
}

}  // namespace vegttt::evaluate

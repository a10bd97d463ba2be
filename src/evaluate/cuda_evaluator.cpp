#include "cuda_evaluator.h"

#include <fmt/format.h>

#include "device_compiler.h"
#include "kernel_files.h"
#include "machine_speed.h"
#include "submission.h"
#include "vegttt/core/stop.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::evaluate {
namespace {

using records::Evaluation;
using records::Status;

class CudaEvaluator : public Evaluator {
 public:
  CudaEvaluator(const EvaluatorOptions& options, const tasks::Catalogue& catalogue)
      : options_(options), catalogue_(catalogue) {
    protocol(options.evaluate.protocol);  // an unknown name is told before any work
  }

  Evaluation evaluate(const Submission& submission, Until until) override {
    Evaluation result;
    const std::optional<records::Candidate> candidate =
        assemble(submission, options_, catalogue_, result);
    if (candidate) compile(*candidate, until, result);
    return result;
  }

  void evaluate_all(const std::vector<Submission>& submissions,
                    const std::function<void(std::size_t, const Evaluation&)>& done) override {
    std::vector<Evaluation> results(submissions.size());
    for_each_on_threads(submissions.size(), usable_cores(), [&](std::size_t i) {
      results[i] = evaluate(submissions[i], Until::kTime);
    });
    for (std::size_t i = 0; i < results.size(); ++i) {
      core::throw_if_stopped();
      done(i, results[i]);
    }
  }

 private:
  void compile(const records::Candidate& candidate, Until until, Evaluation& result) const {
    const DeviceCompileResult compiled =
        compile_for_device(candidate, {options_.evaluate.compile_timeout_s, "90a"});
    result.stage_s["compile"] = compiled.elapsed_s;
    result.log = scaffold::map_log(compiled.log, candidate);
    keep_kernel(options_.kernel_folder, candidate, result.log);
    if (compiled.ok) {
      result.message =
          until == Until::kCompile ? "compiled; not run" : "compiled; no GPU to run it on";
    } else if (compiled.machine_failed) {
      result.message = "the compiler process failed";
    } else {
      result.status = compiled.timed_out ? Status::kTimeout : Status::kCompileError;
      result.message = compiled.timed_out ? fmt::format("the compiler needed more than {} s",
                                                        options_.evaluate.compile_timeout_s)
                                          : first_error(result.log);
    }
  }

  EvaluatorOptions options_;
  const tasks::Catalogue& catalogue_;
};

}  // namespace

std::unique_ptr<Evaluator> make_cuda_evaluator(const EvaluatorOptions& options,
                                               const tasks::Catalogue& catalogue) {
  return std::make_unique<CudaEvaluator>(options, catalogue);
}

}  // namespace vegttt::evaluate

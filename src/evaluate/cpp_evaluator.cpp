// The judge of the dialect `cpp`: candidates are compiled by the host compiler, run in confined
// processes, verified and timed against the reference that ATen runs on the same cores.
#include "cpp_evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "conclude.h"
#include "early_compile.h"
#include "kernel_files.h"
#include "machine_speed.h"
#include "reference_clock.h"
#include "submission.h"
#include "task_store.h"
#include "trial.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/rng.h"
#include "vegttt/core/stop.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::evaluate {
namespace {

using records::Evaluation;
using records::Status;

class CppEvaluator : public Evaluator {
 public:
  CppEvaluator(const EvaluatorOptions& options, const tasks::Catalogue& catalogue)
      : options_(options),
        catalogue_(catalogue),
        protocol_(protocol(options.evaluate.protocol)),
        threads_(set_up_process(options.evaluate)),
        store_(options, protocol_, catalogue, threads_),
        compiler_({options.evaluate.compile_timeout_s, options.evaluate.cache, ""}),
        confinement_(probe_confinement()),
        early_(usable_cores(), [this](const auto& c) { return compiler_.compile(c); }) {}

  Evaluation evaluate(const Submission& submission, Until until) override {
    Evaluation result;
    const std::optional<records::Candidate> candidate =
        assemble(submission, options_, catalogue_, result);
    if (!candidate) return result;
    const CompileResult compiled = compiler_.compile(*candidate);
    return judge(*candidate, compiled, until, std::move(result));
  }

  void evaluate_all(const std::vector<Submission>& submissions,
                    const std::function<void(std::size_t, const Evaluation&)>& done) override;

  void prepare(const Submission& submission) override {
    Evaluation unused;
    std::optional<records::Candidate> candidate =
        assemble(submission, options_, catalogue_, unused);
    if (candidate) early_.begin(std::move(*candidate));
  }

  void keep_kernels_in(const std::string& folder) override { options_.kernel_folder = folder; }
  void draw_inputs_anew() override { store_.draw_anew(); }

 private:
  Evaluation judge(const records::Candidate& candidate,
                   const CompileResult& compiled,
                   Until until,
                   Evaluation result);
  bool accept_compiled(const records::Candidate& candidate,
                       const CompileResult& compiled,
                       Evaluation& result) const;
  bool verify(Trial& trial, Evaluation& result) const;
  void time(Trial& trial, Evaluation& result) const;
  void note_circumstances(Evaluation& result) const;

  EvaluatorOptions options_;
  const tasks::Catalogue& catalogue_;
  Protocol protocol_;
  int threads_;
  TaskStore store_;
  HostCompiler compiler_;
  Confinement confinement_;
  std::uint64_t evaluations_ = 0;
  EarlyCompile<CompileResult> early_;  // last: it uses the rest
};

void CppEvaluator::note_circumstances(Evaluation& result) const {
  result.machine = machine_name(threads_);
  if (!confinement_.landlock) result.flags.push_back("landlock_missing");
  if (!confinement_.seccomp) result.flags.push_back("seccomp_missing");
}

Evaluation CppEvaluator::judge(const records::Candidate& candidate,
                               const CompileResult& compiled,
                               Until until,
                               Evaluation result) {
  note_circumstances(result);
  if (!accept_compiled(candidate, compiled, result) || until == Until::kCompile) return result;
  core::Stopwatch watch;
  const PreparedTask& task = store_.get(candidate.task_id);
  result.stage_s["inputs"] = watch.elapsed_s();
  Trial trial(task,
              compiled.library,
              {threads_, options_.evaluate.run_timeout_s, {}},
              core::CounterRng(store_.secret_seed()).bits(evaluations_++),
              result);
  if (!verify(trial, result) || until == Until::kVerify) return result;
  time(trial, result);
  return result;
}

bool CppEvaluator::accept_compiled(const records::Candidate& candidate,
                                   const CompileResult& compiled,
                                   Evaluation& result) const {
  result.stage_s["compile"] = compiled.elapsed_s;
  result.log = scaffold::map_log(compiled.log, candidate);
  keep_kernel(options_.kernel_folder, candidate, result.log);
  if (compiled.cached) result.flags.push_back("cached_compile");
  if (compiled.ok) {
    result.message = "compiled; not run";
    return true;
  }
  result.status = compiled.timed_out ? Status::kTimeout : Status::kCompileError;
  result.message = compiled.timed_out ? fmt::format("the compiler needed more than {} s",
                                                    options_.evaluate.compile_timeout_s)
                                      : first_error(result.log);
  return false;
}

bool CppEvaluator::verify(Trial& trial, Evaluation& result) const {
  const core::Stopwatch watch;
  const bool right = trial.verify(protocol_.checks);
  result.stage_s["verify"] = watch.elapsed_s();
  if (right) {
    result.message = "correct; not timed";
    return true;
  }
  count_failed_checks(result);
  return false;
}

void CppEvaluator::time(Trial& trial, Evaluation& result) const {
  const core::Stopwatch watch;
  records::Timing timing;
  const bool finished = trial.time(protocol_, timing);
  result.stage_s["time"] = watch.elapsed_s();
  if (!finished) return;
  result.timing = timing;
  conclude(result);
}

// Compiling goes first, on all cores, and is over before anything is timed: a compiler beside it
// would be in the times. Equal sources are compiled once, but each submission is timed.
void CppEvaluator::evaluate_all(const std::vector<Submission>& submissions,
                                const std::function<void(std::size_t, const Evaluation&)>& done) {
  std::vector<Evaluation> results(submissions.size());
  std::vector<std::optional<records::Candidate>> candidates;
  std::map<std::string, CompileResult> compiled;  // by hash
  std::vector<const records::Candidate*> distinct;
  candidates.reserve(submissions.size());
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    candidates.push_back(assemble(submissions[i], options_, catalogue_, results[i]));
    if (candidates.back() && compiled.try_emplace(candidates.back()->hash).second)
      distinct.push_back(&*candidates.back());
  }
  for_each_on_threads(distinct.size(), usable_cores(), [&](std::size_t i) {
    std::optional<CompileResult> early = early_.take(*distinct[i]);
    compiled.find(distinct[i]->hash)->second =
        early ? std::move(*early) : compiler_.compile(*distinct[i]);
  });
  early_.forget();
  for (const std::size_t i : by_task(submissions)) {
    core::throw_if_stopped();
    if (candidates[i])
      results[i] = judge(
          *candidates[i], compiled.at(candidates[i]->hash), Until::kTime, std::move(results[i]));
    done(i, results[i]);
  }
}

}  // namespace

std::unique_ptr<Evaluator> make_cpp_evaluator(const EvaluatorOptions& options,
                                              const tasks::Catalogue& catalogue) {
  return std::make_unique<CppEvaluator>(options, catalogue);
}

}  // namespace vegttt::evaluate

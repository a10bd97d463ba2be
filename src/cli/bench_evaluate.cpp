// vegttt bench evaluate: how many candidates a second the judge handles, and where the time goes.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "bench_submissions.h"
#include "machine_facts.h"
#include "subcommand.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/json.h"
#include "vegttt/core/stop.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using evaluate::Submission;
using records::Evaluation;

// Seconds of processor time that this process and its finished children have used.
double processor_s() {
  double total = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    ::getrusage(who, &usage);
    for (const timeval& t : {usage.ru_utime, usage.ru_stime})
      total += static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  }
  return total;
}

struct Totals {
  std::map<std::string, double> stage_s;
  std::map<std::string, int> statuses;
  double kernels_s = 0;  // between the events of all timed launches, candidates and references
  double device_busy = 0;
  int observed = 0;
  void add(const Evaluation& e) {
    for (const auto& [stage, s] : e.stage_s) stage_s[stage] += s;
    ++statuses[records::name_of(e.status)];
    if (e.timing)
      for (const auto* times : {&e.timing->candidate_us, &e.timing->reference_us})
        for (const double us : *times) kernels_s += us * 1e-6;
    if (!e.conditions) return;
    device_busy += e.conditions->busy;
    ++observed;
  }
};

class BenchEvaluate : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("--dialect", options_.evaluate.dialect, "cpp or cuda")
        ->check(CLI::IsMember({"cpp", "cuda"}))
        ->capture_default_str();
    app.add_option("--protocol",
                   options_.evaluate.protocol,
                   "strict, paper-fast, paper-full or kernelbench")
        ->capture_default_str();
    app.add_option("--size", options_.size, "size set of the tasks")->capture_default_str();
    app.add_option("--variants", variants_, "variants of each correct example")
        ->capture_default_str();
    app.add_option("--tasks", tasks_, "task ids; all when none is given")->delimiter(',');
    app.add_option(
        "--reference-below", reference_below_us_, "only tasks whose reference takes less, in us");
    app.add_option("--out", out_, "also writes every evaluation, a JSON line each");
  }

  ExitCode run(const CommonOptions& common) override {
    options_.evaluate.threads = common.threads;
    options_.evaluate.cache = false;  // compiling is part of the work
    const tasks::Catalogue catalogue = tasks::Catalogue::load();
    std::set<std::string> tasks;
    for (const std::string& task : tasks_) tasks.insert(catalogue.find(task).id);
    std::vector<Submission> list = submissions(options_.evaluate.dialect, variants_, tasks);
    const auto evaluator = evaluate::make_evaluator(options_, catalogue);
    const double preparation_s = prepare(*evaluator, list);
    Run result;
    const double processor_before_s = processor_s();
    const core::Stopwatch watch;
    std::ofstream file(out_);
    evaluator->evaluate_all(list, [&](std::size_t, const Evaluation& evaluation) {
      result.totals.add(evaluation);
      if (file.is_open()) file << core::dump_json(records::to_json(evaluation)) << "\n";
    });
    result.elapsed_s = watch.elapsed_s();
    result.preparation_s = preparation_s;
    result.processor_s = processor_s() - processor_before_s;
    result.candidates = list.size();
    print(result, common.json);
    return ExitCode::kDone;
  }

 private:
  struct Run {
    Totals totals;
    std::size_t candidates = 0;
    double elapsed_s = 0, preparation_s = 0, processor_s = 0;
  };

  // Inputs and truths are made once per task and run, whatever the number of candidates: told
  // apart. Tasks whose reference takes too long are dropped from the list.
  double prepare(evaluate::Evaluator& evaluator, std::vector<Submission>& list) const {
    const auto until = reference_below_us_ > 0 ? evaluate::Until::kTime : evaluate::Until::kVerify;
    const core::Stopwatch watch;
    std::set<std::string> seen, dropped;
    for (const Submission& submission : list)
      if (seen.insert(submission.task_id).second) {
        core::throw_if_stopped();
        const Evaluation e = evaluator.evaluate(submission, until);
        if (e.timing && e.timing->reference_median_us >= reference_below_us_)
          dropped.insert(submission.task_id);
      }
    std::erase_if(list, [&](const Submission& s) { return dropped.contains(s.task_id); });
    return watch.elapsed_s();
  }

  void print(const Run& r, bool as_json) const {
    const auto n = static_cast<double>(std::max<std::size_t>(r.candidates, 1));
    const Totals& totals = r.totals;
    const double processor_idle = 1 - r.processor_s / (r.elapsed_s * std::max(1, usable_cores()));
    const double device_idle = totals.observed > 0 ? 1 - totals.device_busy / totals.observed : 0;
    if (as_json) {
      core::Json json = {{"dialect", options_.evaluate.dialect},
                         {"protocol", options_.evaluate.protocol},
                         {"size", options_.size},
                         {"candidates", r.candidates},
                         {"elapsed_s", r.elapsed_s},
                         {"candidates_per_s", n / r.elapsed_s},
                         {"preparation_s", r.preparation_s},
                         {"kernels_s", totals.kernels_s},
                         {"processor_idle_share", processor_idle},
                         {"stage_s", totals.stage_s},
                         {"statuses", totals.statuses}};
      if (totals.observed > 0) json["gpu_idle_share"] = device_idle;
      std::cout << core::dump_json(json) << "\n";
      return;
    }
    std::cout << fmt::format(
        "{} candidates at {}: {:.2f} per second ({:.1f} s; inputs and truths before that: {:.1f} "
        "s)\n",
        r.candidates,
        options_.size,
        n / r.elapsed_s,
        r.elapsed_s,
        r.preparation_s);
    for (const auto& [stage, s] : totals.stage_s)
      std::cout << fmt::format("  {:<8} {:7.2f} s {:7.3f} s each\n", stage, s, s / n);
    std::cout << fmt::format(
        "  compile counts every core; the other stages run one at a time\n"
        "  timed launches themselves {:.4f} s each; processors idle {:.0f}%",
        totals.kernels_s / n,
        100 * processor_idle);
    if (totals.observed > 0) std::cout << fmt::format(", GPU idle {:.0f}%", 100 * device_idle);
    std::cout << "\n";
    for (const auto& [status, count] : totals.statuses)
      std::cout << fmt::format("  {:<14} {}\n", status, count);
  }

  evaluate::EvaluatorOptions options_;
  std::vector<std::string> tasks_;
  std::string out_;
  double reference_below_us_ = 0;
  int variants_ = 1;
};

}  // namespace

std::unique_ptr<Subcommand> make_bench_evaluate() { return std::make_unique<BenchEvaluate>(); }

}  // namespace vegttt::cli

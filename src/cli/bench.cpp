// vegttt bench evaluate: how many candidates a second the judge handles, and where the time goes.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <set>

#include "subcommand.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/json.h"
#include "vegttt/core/stop.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt_embedded/vegttt_cli.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using evaluate::Submission;
using records::Evaluation;

// "// L1/4, ..." on the first line names the task.
std::string task_of(std::string_view source) {
  const std::string_view line = source.substr(0, source.find('\n'));
  return std::string(core::trim(line.substr(3, line.find(',') - 3)));
}

// Every example of the dialect, and variants of the correct ones that differ in a constant: the
// compiler sees them as different sources, as it does the samples of a policy.
std::vector<Submission> submissions(const std::string& dialect, int variants) {
  std::vector<Submission> list;
  const std::string folder = "kernels/examples/" + dialect + "/";
  for (const examples::EmbeddedFile& file : examples::embedded_files()) {
    if (!core::starts_with(file.path, folder)) continue;
    const std::string source(file.bytes);
    list.push_back({task_of(source), source, std::string(file.path)});
    const bool faulty = file.path.find("faulty") != std::string_view::npos;
    for (int v = 1; v <= variants && !faulty; ++v)
      list.push_back({task_of(source),
                      source + fmt::format("static constexpr int kVariant = {};\n", v),
                      fmt::format("{} #{}", file.path, v)});
  }
  return list;
}

struct Totals {
  std::map<std::string, double> stage_s;
  std::map<std::string, int> statuses;
  void add(const Evaluation& e) {
    for (const auto& [stage, s] : e.stage_s) stage_s[stage] += s;
    ++statuses[records::name_of(e.status)];
  }
};

class Bench : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.require_subcommand(1);
    evaluate_ = app.add_subcommand("evaluate", "candidates per second, and seconds by stage");
    evaluate_->add_option("--dialect", options_.evaluate.dialect, "cpp or cuda")
        ->check(CLI::IsMember({"cpp", "cuda"}))
        ->capture_default_str();
    evaluate_
        ->add_option("--protocol",
                     options_.evaluate.protocol,
                     "strict, paper-fast, paper-full or kernelbench")
        ->capture_default_str();
    evaluate_->add_option("--size", options_.size, "size set of the tasks")->capture_default_str();
    evaluate_->add_option("--variants", variants_, "variants of each correct example")
        ->capture_default_str();
  }

  ExitCode run(const CommonOptions& common) override {
    options_.evaluate.threads = common.threads;
    options_.evaluate.cache = false;  // compiling is part of the work
    const tasks::Catalogue catalogue = tasks::Catalogue::load();
    const std::vector<Submission> list = submissions(options_.evaluate.dialect, variants_);
    const auto evaluator = evaluate::make_evaluator(options_, catalogue);
    const double preparation_s = prepare(*evaluator, list);
    const core::Stopwatch watch;
    Totals totals;
    evaluator->evaluate_all(
        list, [&](std::size_t, const Evaluation& evaluation) { totals.add(evaluation); });
    print(list, totals, watch.elapsed_s(), preparation_s, common.json);
    return ExitCode::kDone;
  }

 private:
  // Inputs and truths are made once per task and run, whatever the number of candidates: told
  // apart.
  static double prepare(evaluate::Evaluator& evaluator, const std::vector<Submission>& list) {
    const core::Stopwatch watch;
    std::set<std::string> seen;
    for (const Submission& submission : list)
      if (seen.insert(submission.task_id).second) {
        core::throw_if_stopped();
        evaluator.evaluate(submission, evaluate::Until::kVerify);
      }
    return watch.elapsed_s();
  }

  void print(const std::vector<Submission>& list,
             const Totals& totals,
             double elapsed_s,
             double preparation_s,
             bool as_json) const {
    const auto n = static_cast<double>(list.size());
    if (as_json) {
      std::cout << core::dump_json({{"size", options_.size},
                                    {"candidates", list.size()},
                                    {"elapsed_s", elapsed_s},
                                    {"candidates_per_s", n / elapsed_s},
                                    {"preparation_s", preparation_s},
                                    {"stage_s", totals.stage_s},
                                    {"statuses", totals.statuses}})
                << "\n";
      return;
    }
    std::cout << fmt::format(
        "{} candidates at {}: {:.2f} per second ({:.1f} s; inputs and truths before that: {:.1f} "
        "s)\n",
        list.size(),
        options_.size,
        n / elapsed_s,
        elapsed_s,
        preparation_s);
    for (const auto& [stage, s] : totals.stage_s)
      std::cout << fmt::format("  {:<8} {:7.2f} s {:7.3f} s each\n", stage, s, s / n);
    std::cout << "  compile counts every core; the other stages run one at a time\n";
    for (const auto& [status, count] : totals.statuses)
      std::cout << fmt::format("  {:<14} {}\n", status, count);
  }

  CLI::App* evaluate_ = nullptr;
  evaluate::EvaluatorOptions options_;
  int variants_ = 1;
};

}  // namespace

std::unique_ptr<Subcommand> make_bench() { return std::make_unique<Bench>(); }

}  // namespace vegttt::cli

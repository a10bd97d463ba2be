// vegttt eval FILE... --task ID: what the judge says about kernels of one's own; or about lines of
// JSON on standard input.
#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "eval_lines.h"
#include "evaluation_text.h"
#include "subcommand.h"
#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using evaluate::Until;

std::string read_source(const std::string& file) {
  if (file != "-") return core::read_file(file);
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

bool passed(const records::Evaluation& evaluation, Until until) {
  if (evaluation.status == records::Status::kSlow || evaluation.status == records::Status::kFast)
    return true;
  // Stopped early on purpose: it went through every stage that was asked for.
  return until != Until::kTime && evaluation.status == records::Status::kUnscored &&
         !evaluation.message.empty() &&
         evaluation.stage_s.contains(until == Until::kCompile ? "compile" : "verify");
}

class Eval : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("file", files_, "kernel sources or model answers; - reads standard input");
    app.add_option("--task", task_, "task id (L1/4 or 4) or a task file");
    app.add_flag("--jsonl",
                 jsonl_,
                 "reads lines {\"task\", \"text\", \"seed\", \"id\"} from standard input and "
                 "writes an evaluation for each as soon as it is there (seed, id: optional)");
    app.add_option("--size", options_.size, "size set of the task")->capture_default_str();
    app.add_option("--dialect", options_.evaluate.dialect, "cpp or cuda")->capture_default_str();
    app.add_option("--protocol",
                   options_.evaluate.protocol,
                   "strict, paper-fast, paper-full or kernelbench")
        ->capture_default_str();
    app.add_option("--reference", options_.reference, "named alternative reference of the task");
    app.add_option("--until", until_, "last stage: compile, verify or time")
        ->check(CLI::IsMember({"compile", "verify", "time"}))
        ->capture_default_str();
    app.add_option("--seed", options_.secret_seed, "seed of the inputs; 0 draws a secret one")
        ->capture_default_str();
    app.add_option(
           "--compile-timeout", options_.evaluate.compile_timeout_s, "seconds a source may compile")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--run-timeout", options_.evaluate.run_timeout_s, "seconds one launch may take")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--device", options_.evaluate.device, "cuda: which GPU")->capture_default_str();
    app.add_option("--tasks-from", folders_, "more folders with task files");
    app.add_option("--keep", options_.kernel_folder, "folder for assembled sources and logs");
  }

  ExitCode run(const CommonOptions& common) override {
    options_.evaluate.threads = common.threads;
    check_arguments();
    const tasks::Catalogue catalogue = tasks::Catalogue::load(folders_);
    if (jsonl_)
      return judge_lines(std::cin, std::cout, options_, catalogue) ? ExitCode::kDone
                                                                   : ExitCode::kConfig;
    const auto evaluator = evaluate::make_evaluator(options_, catalogue);
    const Until until = until_ == "compile"  ? Until::kCompile
                        : until_ == "verify" ? Until::kVerify
                                             : Until::kTime;
    bool all_passed = true;
    for (const std::string& file : files_) {
      const records::Evaluation evaluation =
          evaluator->evaluate({task_, read_source(file), file}, until);
      print(file, evaluation, until, common.json);
      all_passed = all_passed && passed(evaluation, until);
    }
    return all_passed ? ExitCode::kDone : ExitCode::kNotPassed;
  }

 private:
  void check_arguments() const {
    if (jsonl_ && (!files_.empty() || !task_.empty() || until_ != "time"))
      throw core::UsageError("--jsonl takes no files, no --task and no --until");
    if (!jsonl_ && (files_.empty() || task_.empty()))
      throw core::UsageError("name kernel files and their --task, or give --jsonl");
  }

  void print(const std::string& file,
             const records::Evaluation& evaluation,
             Until until,
             bool as_json) const {
    if (!as_json) {
      std::cout << evaluation_text(files_.size() > 1 ? file : "", evaluation);
      return;
    }
    core::Json line = {{"file", file}, {"passed", passed(evaluation, until)}};
    line.update(records::to_json(evaluation));
    std::cout << core::dump_json(line) << "\n" << std::flush;
  }

  evaluate::EvaluatorOptions options_;
  std::vector<std::string> files_, folders_;
  std::string task_, until_ = "time";
  bool jsonl_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_eval() { return std::make_unique<Eval>(); }

}  // namespace vegttt::cli

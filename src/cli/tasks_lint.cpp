// vegttt tasks lint [IDS]: would a cheap wrong answer pass the judge?
#include <fmt/format.h>

#include <iostream>

#include "subcommand.h"
#include "vegttt/core/json.h"
#include "vegttt/core/stop.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/lint.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using evaluate::LintFinding;
using evaluate::LintReport;

core::Json to_json(const std::vector<LintFinding>& findings) {
  core::Json list = core::Json::array();
  for (const LintFinding& f : findings)
    list.push_back({{"answer", f.answer},
                    {"accepted", f.accepted},
                    {"largest_error", core::finite_or_name(f.largest)}});
  return list;
}

core::Json to_json(const LintReport& report) {
  return {{"task", report.task_id},
          {"size", report.size},
          {"passed", report.passed()},
          {"wrong_answers", to_json(report.wrong)},
          {"right_answers", to_json(report.right)},
          {"exception", report.exception}};
}

// The wrong answer that came nearest to being accepted.
const LintFinding& nearest(const LintReport& report) {
  return *std::min_element(
      report.wrong.begin(), report.wrong.end(), [](const LintFinding& a, const LintFinding& b) {
        return a.largest < b.largest;
      });
}

std::string mistakes(const LintReport& report) {
  std::vector<std::string> parts;
  for (const LintFinding& f : report.wrong)
    if (f.accepted) parts.push_back(f.answer + " accepted");
  for (const LintFinding& f : report.right)
    if (!f.accepted) parts.push_back(fmt::format("{} refused ({:.3g})", f.answer, f.largest));
  return core::join(parts, "; ");
}

class TasksLint : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("id", ids_, "task ids or files; all when none is given");
    app.add_option("--size", size_, "size set: tiny or small")->capture_default_str();
    app.add_option("--seed", seed_, "seed of the inputs")->capture_default_str();
    app.add_option("--tasks-from", folders_, "more folders with task files");
  }

  ExitCode run(const CommonOptions& common) override {
    const tasks::Catalogue catalogue = tasks::Catalogue::load(folders_);
    if (ids_.empty())
      for (const tasks::Task& task : catalogue.all()) ids_.push_back(task.id);
    core::TextTable table(
        {"task", "float32", "nearest wrong answer", "error/allowed", "verdict", "reason"},
        {false, true, false, true, false, false});
    int failed = 0, excepted = 0;
    for (const std::string& id : ids_) {
      core::throw_if_stopped();
      const LintReport report = evaluate::lint_task(catalogue.find(id), size_, seed_);
      failed += !report.passed() && report.exception.empty() ? 1 : 0;
      excepted += !report.passed() && !report.exception.empty() ? 1 : 0;
      if (common.json)
        std::cout << core::dump_json(to_json(report)) << "\n";
      else
        table.add({report.task_id,
                   fmt::format("{:.3f}", report.right.front().largest),
                   nearest(report).answer,
                   fmt::format("{:.1f}", nearest(report).largest),
                   report.passed() ? "ok" : mistakes(report),
                   report.exception});
    }
    if (!common.json)
      std::cout << table.plain()
                << fmt::format("{} tasks at {}: {} ok, {} exceptions, {} failed\n",
                               ids_.size(),
                               size_,
                               ids_.size() - static_cast<std::size_t>(failed + excepted),
                               excepted,
                               failed);
    return failed == 0 ? ExitCode::kDone : ExitCode::kNotPassed;
  }

 private:
  std::vector<std::string> ids_, folders_;
  std::string size_ = "tiny";
  std::uint64_t seed_ = 1;
};

}  // namespace

std::unique_ptr<Subcommand> make_tasks_lint() { return std::make_unique<TasksLint>(); }

}  // namespace vegttt::cli

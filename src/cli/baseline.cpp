// vegttt baseline: how long the references take here, and how fast the reference looks against
// itself.
#include "vegttt/evaluate/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "subcommand.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/core/log.h"
#include "vegttt/core/text.h"
#include "vegttt/report/statistics.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using evaluate::Baseline;

std::vector<std::string> row_of(const Baseline& b) {
  const records::Timing& t = b.timing;
  return {b.task_id,
          fmt::format("{:.4g}", t.reference_median_us),
          fmt::format("{:.1f}%", 100 * t.spread),
          fmt::format("{:.3f}x [{:.3f}, {:.3f}]", t.speedup, t.speedup_low, t.speedup_high),
          fmt::format("{:.2f}", b.fast_by_chance),
          fmt::format("{:.3f}", b.fast_strict_by_chance),
          fmt::format("{:.4g}", b.floor_us)};
}

class BaselineCommand : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("--tasks", ids_, "task ids; all when none is given")->delimiter(',');
    app.add_option("--dialect", options_.evaluate.dialect, "cpp or cuda")
        ->check(CLI::IsMember({"cpp", "cuda"}))
        ->capture_default_str();
    app.add_option("--device", options_.evaluate.device, "cuda: which GPU")->capture_default_str();
    app.add_option("--size", options_.size, "size set of the tasks")->capture_default_str();
    app.add_option(
           "--protocol", options_.evaluate.protocol, "whose number of timings a verdict takes")
        ->capture_default_str();
    app.add_option(
        "--reference", options_.reference, "named alternative reference where a task has one");
    app.add_option(
           "--pairs", pairs_, "timings of each role, at least 6; 0 leaves the references out")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    app.add_option("--verdicts",
                   verdicts_,
                   "how often one kernel in both roles is judged, to see the judge's own bias")
        ->check(CLI::Range(0, 10000))
        ->capture_default_str();
    app.add_option("--out", out_, "also writes the results as JSON to this file");
    app.add_option("--tasks-from", folders_, "more folders with task files");
  }

  ExitCode run(const CommonOptions& common) override {
    options_.evaluate.threads = common.threads;
    options_.secret_seed = 1;  // nothing is judged here
    const tasks::Catalogue catalogue = tasks::Catalogue::load(folders_);
    const auto meter = evaluate::make_baseline_meter(options_, catalogue);
    core::Json results = {{"schema_version", 1}, {"made_at", core::utc_timestamp()}};
    if (verdicts_ > 0) results["equal_kernels"] = judge_equal_kernels(*meter, common.json);
    if (pairs_ > 0) results["baselines"] = measure_tasks(*meter, catalogue, common.json);
    if (!out_.empty()) core::write_file_atomically(out_, core::dump_json(results, 2) + "\n");
    return ExitCode::kDone;
  }

 private:
  core::Json judge_equal_kernels(evaluate::BaselineMeter& meter, bool json) const {
    core::TextTable table({"task",
                           "verdicts",
                           "median",
                           "lowest",
                           "highest",
                           "candidate us",
                           "reference us",
                           "fast",
                           "strictly fast",
                           "suspicious",
                           "empty us"},
                          {false, true, true, true, true, true, true, true, true, true, true});
    core::Json all = core::Json::array();
    std::vector<double> medians;
    int verdicts = 0, fast = 0, strict = 0;
    for (const std::string& task : meter.equal_kernel_tasks()) {
      const evaluate::EqualKernel e = meter.judge_equal_kernel(task, verdicts_);
      all.push_back(evaluate::to_json(e));
      medians.push_back(e.speedup);
      verdicts += e.verdicts, fast += e.fast, strict += e.fast_strict;
      table.add({e.task_id,
                 std::to_string(e.verdicts),
                 fmt::format("{:.4f}x", e.speedup),
                 fmt::format("{:.3f}x", e.lowest),
                 fmt::format("{:.3f}x", e.highest),
                 fmt::format("{:.4g}", e.candidate_us),
                 fmt::format("{:.4g}", e.reference_us),
                 std::to_string(e.fast),
                 std::to_string(e.fast_strict),
                 std::to_string(e.suspicious),
                 fmt::format("{:.2f} {:.2f}", e.empty_candidate_us, e.empty_reference_us)});
      if (json) std::cout << core::dump_json(all.back()) << "\n" << std::flush;
    }
    std::sort(medians.begin(), medians.end());
    const auto share = [&](int k) {
      const auto interval = report::wilson(k, verdicts);
      return fmt::format("{:.3f} [{:.3f}, {:.3f}]",
                         static_cast<double>(k) / verdicts,
                         interval.low,
                         interval.high);
    };
    if (!json)
      std::cout << "One kernel in both roles: as a candidate, and in the judge in the place of the "
                   "reference.\n"
                << table.plain()
                << fmt::format(
                       "median over tasks {:.4f}x; P(fast) {}, P(strictly fast) {}, n={}\n\n",
                       medians[medians.size() / 2],
                       share(fast),
                       share(strict),
                       verdicts);
    return all;
  }

  core::Json measure_tasks(evaluate::BaselineMeter& meter,
                           const tasks::Catalogue& catalogue,
                           bool json) {
    if (ids_.empty())
      for (const tasks::Task& task : catalogue.all()) ids_.push_back(task.id);
    core::TextTable table(
        {"task", "reference us", "spread", "against itself", "P(fast)", "P(strict)", "floor us"},
        {false, true, true, false, true, true, true});
    core::Json all = core::Json::array();
    for (const std::string& id : ids_) {
      const Baseline baseline = meter.measure(catalogue.find(id), pairs_);
      all.push_back(evaluate::to_json(baseline));
      table.add(row_of(baseline));
      if (json)
        std::cout << core::dump_json(all.back()) << "\n" << std::flush;
      else
        core::info(id + " done");
      machine_ = baseline.machine;
    }
    if (!json) std::cout << table.plain() << legend();
    return all;
  }

  std::string legend() const {
    const evaluate::Protocol p = evaluate::protocol(options_.evaluate.protocol);
    return fmt::format(
        "n={} pairs per task, size {}, {}. P(fast): how often an equal kernel gets a median "
        "speedup above 1 in {} timings;\n"
        "P(strict): how often its 95 % lower bound is above 1.\n",
        pairs_,
        options_.size,
        machine_,
        p.timings);
  }

  evaluate::EvaluatorOptions options_;
  std::vector<std::string> ids_, folders_;
  std::string out_, machine_;
  int pairs_ = 21, verdicts_ = 20;
};

}  // namespace

std::unique_ptr<Subcommand> make_baseline() { return std::make_unique<BaselineCommand>(); }

}  // namespace vegttt::cli

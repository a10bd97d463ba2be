// vegttt select: what each strategy would have picked from a run, from its records alone.
#include "vegttt/adapt/select.h"

#include <iostream>

#include "subcommand.h"
#include "vegttt/report/tables.h"

namespace vegttt::cli {
namespace {

class Select : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("run", folder_, "folder of the run")->required();
    app.add_option("--criterion", criterion_, "fast_1 or fast_1_strict; otherwise the run's own")
        ->check(CLI::IsMember({"fast_1", "fast_1_strict"}));
    app.add_option("--patience", patience_, "P of one more early stop row");
    app.add_option("--step", step_, "step of the fixed strategy; -1 is the last")
        ->capture_default_str();
  }

  core::ExitCode run(const CommonOptions& common) override {
    const auto records = report::read_run(folder_);
    check_options(static_cast<int>(records.trajectory.steps.size()) - 1);
    const std::string criterion = criterion_.empty() ? criterion_of(records) : criterion_;
    auto selections = adapt::select_all(records.trajectory, criterion, patience_, step_);
    for (auto& selection : selections) add_fresh(records, selection);
    if (common.json) {
      core::Json rows = core::Json::array();
      for (const auto& selection : selections) rows.push_back(records::to_json(selection));
      std::cout << core::dump_json(rows) << "\n";
      return core::ExitCode::kDone;
    }
    std::cout << report::plain_text(report::trajectory_table(records)) << "\n"
              << report::plain_text(report::selection_table(records, selections));
    return core::ExitCode::kDone;
  }

 private:
  void check_options(int last) const {
    if (patience_ < 0) throw core::UsageError("--patience: expected 0 or more");
    if (step_ < -1 || (step_ > last && last >= 0))
      throw core::UsageError("--step " + std::to_string(step_) + ": the last complete step is " +
                             std::to_string(last));
  }

  static std::string criterion_of(const report::RunRecords& records) {
    const auto& summary = records.summary;
    if (summary.contains("criterion")) return summary.at("criterion").get<std::string>();
    return records.protocol == "strict" ? "fast_1_strict" : "fast_1";
  }

  // Fresh rollouts exist for the step that the run itself selected.
  static void add_fresh(const report::RunRecords& records, records::Selection& selection) {
    if (!records.summary.contains("fresh") || records.summary.at("fresh").is_null()) return;
    if (selection.selected_step != records.summary.at("selected_step").get<int>()) return;
    const auto fresh = records::step_metrics_from_json(records.summary.at("fresh"));
    selection.fresh_score = adapt::score_of(fresh, selection.criterion);
    selection.fresh_n = fresh.n_samples();
  }

  std::string folder_, criterion_;
  int patience_ = 0, step_ = -1;
};

}  // namespace

std::unique_ptr<Subcommand> make_select() { return std::make_unique<Select>(); }

}  // namespace vegttt::cli

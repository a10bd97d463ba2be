// vegttt show [FOLDER | RUN[/STEP[/TASK[/SAMPLE]]]]: from all runs down to one kernel.
#include <iostream>

#include "run_folders.h"
#include "show/views.h"
#include "subcommand.h"
#include "vegttt/report/run_records.h"

namespace vegttt::cli {
namespace {

void print_json(const Place& place) {
  if (place.step < 0) {
    for (const auto& step : report::read_run(place.run).trajectory.steps)
      std::cout << core::dump_json(records::to_json(step)) << "\n";
    return;
  }
  for (const auto& one : rollouts_at(place))
    std::cout << core::dump_json(records::to_json(one)) << "\n";
}

class Show : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("place",
                   place_,
                   "RUN, RUN/STEP, RUN/STEP/TASK or RUN/STEP/TASK/SAMPLE; or a folder of runs")
        ->capture_default_str();
  }

  core::ExitCode run(const CommonOptions& common) override {
    if (const core::fs::path folder = place_; !is_run(folder) && !find_runs(folder).empty())
      show_runs(folder, common.json);
    else
      show_place(place_of(place_), common.json);
    return core::ExitCode::kDone;
  }

 private:
  static void show_place(const Place& place, bool as_json) {
    if (as_json)
      print_json(place);
    else if (place.step < 0)
      show_run(place.run);
    else if (place.task.empty())
      show_step(place);
    else if (place.sample < 0)
      show_task(place);
    else
      show_sample(place);
  }

  std::string place_ = "runs";
};

}  // namespace

std::unique_ptr<Subcommand> make_show() { return std::make_unique<Show>(); }

}  // namespace vegttt::cli

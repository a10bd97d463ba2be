// vegttt watch [RUN]: a run in progress, from its files alone. Nothing of it is written or locked.
#include <unistd.h>

#include <iostream>

#include "progress.h"
#include "subcommand.h"
#include "vegttt/core/log.h"
#include "vegttt/core/stop.h"
#include "watch/run_view.h"
#include "watch/terminal.h"

namespace vegttt::cli {
namespace {

constexpr unsigned kLookEveryUs = 200'000;

// A line per complete step, on standard output: for pipes and logs.
class StepLines {
 public:
  explicit StepLines(bool json) : json_(json) {}

  void show(const RunView& view) {
    const auto& steps = view.trajectory().steps;
    for (; shown_ < steps.size(); ++shown_) {
      core::Json line = records::to_json(steps[shown_]);
      line["event"] = "step";
      std::cout << (json_ ? core::dump_json(line) : step_line(steps[shown_])) << std::endl;
    }
  }

  void end(const RunView& view) const {
    if (json_)
      std::cout << core::dump_json({{"event", "end"},
                                    {"run", view.path().string()},
                                    {"state", name_of(view.state())}})
                << std::endl;
  }

 private:
  bool json_;
  std::size_t shown_ = 0;
};

void throw_if_stopped() {
  try {
    core::throw_if_stopped();
  } catch (const core::Stopped& stopped) {
    throw core::Stopped(stopped.code(), "no longer watching; the run is as it was");
  }
}

class Watch : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("run", folder_, "a run; or a folder: its newest run, of a campaign all to come")
        ->capture_default_str();
  }

  core::ExitCode run(const CommonOptions& common) override {
    const core::fs::path place = folder_;
    if (is_run(place) || !core::fs::exists(place)) return result_of(watch(place, common), place);
    core::fs::path last;
    for (RunState state = RunState::kEnded;; wait()) {
      const auto run = newest_run(place);
      if (run != last || is_locked(run / "lock")) state = watch(run, common);
      last = run;
      if (!is_locked(run.parent_path() / "lock")) return result_of(state, run);
    }
  }

 private:
  static core::ExitCode result_of(RunState state, const core::fs::path& run) {
    if (state == RunState::kFinished) return core::ExitCode::kDone;
    throw core::Stopped(core::ExitCode::kEndedEarly,
                        "the run ended early. Continue with: vegttt resume " + run.string());
  }

  static RunState watch(const core::fs::path& run, const CommonOptions& common) {
    RunView view(run);
    if (common.json || ::isatty(STDOUT_FILENO) == 0)
      follow_by_line(view, common.json);
    else
      follow_on_screen(view);
    return view.state();
  }

  static void wait() {
    throw_if_stopped();
    ::usleep(kLookEveryUs);
    throw_if_stopped();
  }

  // Calls `show` after every look; ends with the run.
  template <class Show>
  static void follow(RunView& view, const Show& show) {
    // Twice: a run that is just being made has no lock for a moment.
    for (int looks_without_run = 0; looks_without_run < 2; wait()) {
      view.refresh();
      show();
      if (view.state() == RunState::kFinished) return;
      looks_without_run = view.state() == RunState::kEnded ? looks_without_run + 1 : 0;
    }
  }

  static void follow_by_line(RunView& view, bool json) {
    core::info("run    " + view.path().string());
    StepLines lines(json);
    follow(view, [&] { lines.show(view); });
    lines.end(view);
  }

  static void follow_on_screen(RunView& view) {
    ScreenSize size;
    {
      Terminal terminal;
      follow(view, [&] {
        size = terminal.size();
        terminal.draw(screen_of(view, size));
      });
    }
    for (const auto& line : screen_of(view, size)) std::cout << line << "\n";
  }

  std::string folder_ = "runs";
};

}  // namespace

std::unique_ptr<Subcommand> make_watch() { return std::make_unique<Watch>(); }

}  // namespace vegttt::cli

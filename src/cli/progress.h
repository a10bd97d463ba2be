#pragma once

#include <string>

#include "vegttt/adapt/context.h"
#include "vegttt/core/clock.h"

namespace vegttt::cli {

// Shows a run to people on stderr: a bar on a terminal, otherwise one line per step. With --json
// also one object per step on stdout.
class Progress : public adapt::Observer {
 public:
  // `mode`: auto, rich, plain or none.
  Progress(const std::string& mode, bool json);
  ~Progress() override;
  void progress(int step, adapt::Stage stage, int done, int total) override;
  void step_done(const records::StepMetrics& metrics) override;
  void note(const std::string& line) override;

 private:
  void clear_bar();

  bool bar_ = false, lines_ = true, json_ = false;
  bool drawn_ = false;
  double drawn_at_s_ = -1;
  int step_ = -1;
  core::Stopwatch step_watch_;
};

// "step 0  40/40  compiled 97 %  correct 91 %  fast_1 37.5 %  median 0.99x  31k tokens".
std::string step_line(const records::StepMetrics& metrics);

}  // namespace vegttt::cli

#pragma once

#include <string>
#include <vector>

#include "watch/run_view.h"

namespace vegttt::cli {

struct ScreenSize {
  int columns = 80, rows = 24;
  bool blocks = true;  // the terminal shows block characters; otherwise '#'
};

// The picture of a run: header, trajectory, funnel of the current step, fast_1 by task and step,
// the last rollouts, budget. As many lines as fit, none longer than the screen.
std::vector<std::string> screen_of(const RunView& view, const ScreenSize& size);

// `cells` wide; with blocks the last cell is an eighth at the finest.
std::string bar(double share, int cells, bool blocks);
// "45 s", "12 min", "1.5 h".
std::string duration_text(double seconds);

}  // namespace vegttt::cli

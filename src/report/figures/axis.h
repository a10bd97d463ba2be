// Scales and axes that all charts share.
#pragma once

#include <optional>

#include "drawing.h"

namespace vegttt::report::figures {

enum class Unit { kPlain, kPercent, kTimes };  // 0.25, "25 %" of 0.25, "1.3x"

struct Axis {
  std::string label;
  Unit unit = Unit::kPlain;
  bool whole = false;               // ticks at whole numbers only
  bool log = false;                 // values above 0
  std::optional<double> low, high;  // otherwise from the values, widened to ticks
};

// The rectangle that data is drawn into.
struct Frame {
  double left = 0, top = 0, right = 0, bottom = 0;
};

struct Scale {
  double low = 0, high = 1;  // values at `from` and `to`
  double from = 0, to = 1;   // points
  bool log = false;
  double operator()(double value) const;
};

// About `count` round values from low to high.
std::vector<double> ticks(double low, double high, int count, bool whole, bool log);
std::string tick_text(double value, Unit unit);

// Low and high of all that is finite, widened to the axis' own limits and to ticks; {0, 1} for
// none.
Scale scale_of(const Axis& axis, const std::vector<double>& values, double from, double to);

// Grid lines, ticks with their text, and the axis' label, below (x) or left (y) of the frame.
void draw_x_axis(Drawing& drawing, const Frame& frame, const Axis& axis, const Scale& scale);
void draw_y_axis(Drawing& drawing, const Frame& frame, const Axis& axis, const Scale& scale);

struct LegendEntry {
  std::string label;
  int colour = 0;
  int shape = -1;  // -1: no marker
  bool line = true, dashed = false, hollow = false;
  double size = 3.6;
};
// In rows as wide as the frame; returns the height they take.
double draw_legend(
    Drawing& drawing, double x, double y, double width, const std::vector<LegendEntry>& entries);

inline constexpr double kTitleSize = 12.5, kLabelSize = 11, kTickSize = 10.5;
void draw_title(Drawing& drawing, const std::string& title);

}  // namespace vegttt::report::figures

#include "axis.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace vegttt::report::figures {
namespace {

// 1, 2 or 5 times a power of ten.
double round_step(double span, int count, bool whole) {
  const double rough = span / std::max(1, count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power;
  for (const double factor : {2.0, 5.0, 10.0})
    if (step < rough * 0.999) step = factor * power;
  return whole ? std::max(1.0, std::round(step)) : step;
}

std::vector<double> log_ticks(double low, double high) {
  std::vector<double> found;
  const bool narrow = high / low < 30;
  for (double power = std::pow(10, std::floor(std::log10(low))); power <= high * 1.001;
       power *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor != 1 && !narrow) continue;
      const double value = factor * power;
      if (value >= low * 0.999 && value <= high * 1.001) found.push_back(value);
    }
  }
  return found;
}

std::string compact(double value) {
  char text[32];
  const double size = std::fabs(value);
  if (size >= 1e6)
    std::snprintf(text, sizeof text, "%gM", value / 1e6);
  else if (size >= 1e4)
    std::snprintf(text, sizeof text, "%gk", value / 1e3);
  else
    std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

void dash_for(Element& line, bool dashed) {
  if (dashed) line.dash = {5, 3};
}

}  // namespace

double Scale::operator()(double value) const {
  const double share = log ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
                           : (value - low) / (high - low);
  return from + share * (to - from);
}

std::vector<double> ticks(double low, double high, int count, bool whole, bool log) {
  constexpr double kFewDoublings = 4;
  if (log && high / low > kFewDoublings) return log_ticks(low, high);
  std::vector<double> found;
  const double step = round_step(high - low, count, whole);
  const auto first = static_cast<long>(std::ceil(low / step - 1e-6));
  const auto last = static_cast<long>(std::floor(high / step + 1e-6));
  for (long i = first; i <= last; ++i) found.push_back(static_cast<double>(i) * step);
  return found;
}

std::string tick_text(double value, Unit unit) {
  switch (unit) {
    case Unit::kPercent:
      return compact(100 * value) + " %";
    case Unit::kTimes:
      return compact(value) + "x";
    case Unit::kPlain:
      break;
  }
  return compact(value);
}

Scale scale_of(const Axis& axis, const std::vector<double>& values, double from, double to) {
  double low = INFINITY, high = -INFINITY;
  for (const double value : values) {
    if (!std::isfinite(value) || (axis.log && value <= 0)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) low = axis.log ? 0.5 : 0, high = axis.log ? 2 : 1;
  low = axis.low.value_or(low);
  high = axis.high.value_or(high);
  if (axis.log) {
    const double room = std::max(1.1, std::pow(high / low, 0.06));
    return {axis.low ? low : low / room, axis.high ? high : high * room, from, to, true};
  }
  if (high - low < 1e-12) {
    const double room = axis.whole ? 0.5 : std::max(0.05, 0.1 * std::fabs(high));
    low -= room, high += room;
  } else if (!axis.whole) {
    const double step = round_step(high - low, 5, false);
    if (!axis.low) low = step * std::floor(low / step + 1e-9);
    if (!axis.high) high = step * std::ceil(high / step - 1e-9);
  } else {
    const double room = 0.04 * (high - low);
    low -= room, high += room;
  }
  return {low, high, from, to, false};
}

void draw_title(Drawing& drawing, const std::string& title) {
  auto& element = drawing.text({0, 13}, title, kTitleSize, text_paint());
  element.bold = true;
}

void draw_x_axis(Drawing& drawing, const Frame& frame, const Axis& axis, const Scale& scale) {
  drawing.line({frame.left, frame.bottom}, {frame.right, frame.bottom}, axis_paint());
  const int count =
      std::max(2, static_cast<int>((frame.right - frame.left) / (axis.whole ? 34 : 60)));
  for (const double tick : ticks(scale.low, scale.high, count, axis.whole, scale.log)) {
    const double x = scale(tick);
    drawing.line({x, frame.bottom}, {x, frame.bottom + 4}, axis_paint());
    drawing.text(
        {x, frame.bottom + 16}, tick_text(tick, axis.unit), kTickSize, muted(), Anchor::kMiddle);
  }
  const double middle = (frame.left + frame.right) / 2;
  drawing.text({middle, frame.bottom + 33}, axis.label, kLabelSize, muted(), Anchor::kMiddle);
}

void draw_y_axis(Drawing& drawing, const Frame& frame, const Axis& axis, const Scale& scale) {
  const int count = std::max(2, static_cast<int>((frame.bottom - frame.top) / 36));
  for (const double tick : ticks(scale.low, scale.high, count, axis.whole, scale.log)) {
    const double y = scale(tick);
    drawing.line({frame.left, y}, {frame.right, y}, grid());
    drawing.text(
        {frame.left - 7, y + 3.6}, tick_text(tick, axis.unit), kTickSize, muted(), Anchor::kEnd);
  }
  if (axis.label.empty()) return;
  auto& label = drawing.text(
      {11, (frame.top + frame.bottom) / 2}, axis.label, kLabelSize, muted(), Anchor::kMiddle);
  label.upright = true;
}

double draw_legend(
    Drawing& drawing, double x, double y, double width, const std::vector<LegendEntry>& entries) {
  constexpr double kRow = 17, kKey = 24, kGap = 16;
  double at = x, row = y;
  for (const auto& entry : entries) {
    const double room = kKey + room_for(entry.label, kTickSize) + kGap;
    if (at > x && at + room > x + width) at = x, row += kRow;
    const double middle = row + 6;
    if (entry.line)
      dash_for(drawing.line({at, middle}, {at + 18, middle}, series(entry.colour), 1.8),
               entry.dashed);
    if (entry.shape >= 0)
      drawing.marker({at + 9, middle}, entry.shape, series(entry.colour), entry.hollow, entry.size);
    drawing.text({at + kKey, row + 9.8}, entry.label, kTickSize, muted());
    at += room;
  }
  return entries.empty() ? 0 : row - y + kRow + 4;
}

}  // namespace vegttt::report::figures

#include <algorithm>
#include <cmath>

#include "charts.h"

namespace vegttt::report::figures {
namespace {

Scale x_scale(const LineChart& chart, const Frame& frame) {
  std::vector<double> values;
  for (const auto& one : chart.series)
    for (const auto& point : one.points) values.push_back(point.x);
  if (chart.band) values.insert(values.end(), {chart.band->low, chart.band->high});
  return scale_of(chart.x, values, frame.left, frame.right);
}

Scale y_scale(const LineChart& chart, const Frame& frame) {
  std::vector<double> values;
  if (chart.reference) values.push_back(*chart.reference);
  for (const auto& one : chart.series) {
    for (const auto& point : one.points) {
      values.push_back(point.y);
      if (!point.interval) continue;
      values.push_back(point.interval->low);
      values.push_back(point.interval->high);
    }
  }
  return scale_of(chart.y, values, frame.bottom, frame.top);
}

std::vector<LegendEntry> legend_of(const LineChart& chart) {
  std::vector<LegendEntry> entries;
  for (const auto& one : chart.series)
    if (!one.label.empty()) entries.push_back({one.label, one.colour, one.colour});
  for (const auto& mark : chart.marks) {
    LegendEntry entry{mark.label, 6, mark.shape, false};
    entry.hollow = true;
    entry.size = 5.5;
    const auto same = [&](const LegendEntry& other) { return other.label == mark.label; };
    if (std::none_of(entries.begin(), entries.end(), same)) entries.push_back(entry);
  }
  if (chart.reference && !chart.reference_label.empty())
    entries.push_back({chart.reference_label, 6, -1, true, true});
  return entries;
}

double clamped(const Scale& scale, double value) {
  return scale(std::clamp(value, scale.low, scale.high));
}

void draw_band(Drawing& drawing, const Band& band, const Frame& frame, const Scale& x) {
  const double low = clamped(x, band.low), high = clamped(x, band.high);
  if (band.low == band.high)
    drawing.line({low, frame.top}, {low, frame.bottom}, series(6), 1.2).dash = {5, 3};
  else
    drawing.rect(low, frame.top, high - low, frame.bottom - frame.top, heat(1));
  drawing.text({low + 4, frame.top + 11}, band.label, kTickSize, muted());
}

void draw_interval(
    Drawing& drawing, const LinePoint& point, double x, const Scale& y, Paint paint) {
  if (!point.interval) return;
  const double low = clamped(y, point.interval->low), high = clamped(y, point.interval->high);
  drawing.line({x, low}, {x, high}, paint, 1.1);
  for (const double end : {low, high}) drawing.line({x - 3, end}, {x + 3, end}, paint, 1.1);
}

void draw_line(Drawing& drawing, const LineSeries& one, const Scale& x, const Scale& y) {
  const double width = one.thin ? 0.9 : 2;
  std::vector<Point> run;
  const auto finish = [&] {
    if (run.size() > 1) drawing.path(run, series(one.colour), width).faint = one.thin;
    run.clear();
  };
  for (const auto& point : one.points) {
    if (std::isfinite(point.y))
      run.push_back({x(point.x), clamped(y, point.y)});
    else
      finish();
  }
  finish();
}

void draw_points(Drawing& drawing, const LineSeries& one, const Scale& x, const Scale& y) {
  for (const auto& point : one.points) {
    if (!std::isfinite(point.y)) continue;
    const Point at{x(point.x), clamped(y, point.y)};
    draw_interval(drawing, point, at.x, y, series(one.colour));
    auto& marker = drawing.marker(at, one.colour, series(one.colour), false, one.thin ? 2 : 3.8);
    marker.target = point.target;
    marker.faint = one.thin;
  }
}

}  // namespace

Drawing line_chart(const LineChart& chart) {
  Drawing drawing{chart.width, chart.height, {}};
  draw_title(drawing, chart.title);
  const double legend =
      chart.legend ? draw_legend(drawing, 0, 24, chart.width, legend_of(chart)) : 0;
  const Frame frame{
      chart.y.label.empty() ? 44.0 : 58.0, 30 + legend, chart.width - 10, chart.height - 42};
  const Scale x = x_scale(chart, frame), y = y_scale(chart, frame);
  if (chart.band) draw_band(drawing, *chart.band, frame, x);
  draw_y_axis(drawing, frame, chart.y, y);
  draw_x_axis(drawing, frame, chart.x, x);
  if (chart.reference) {
    const double at = y(*chart.reference);
    drawing.line({frame.left, at}, {frame.right, at}, series(6), 1.2).dash = {5, 3};
  }
  for (const auto& one : chart.series) draw_line(drawing, one, x, y);
  for (const auto& mark : chart.marks) {
    auto& ring =
        drawing.marker({x(mark.x), clamped(y, mark.y)}, mark.shape, series(6), true, mark.radius);
    ring.fill = none();
    ring.target.title = mark.label;
  }
  for (const auto& one : chart.series) draw_points(drawing, one, x, y);
  return drawing;
}

Drawing side_by_side(const std::vector<Drawing>& drawings, int columns, double gap) {
  Drawing all;
  double row_height = 0, y = 0, x = 0;
  for (std::size_t i = 0; i < drawings.size(); ++i) {
    if (i > 0 && i % static_cast<std::size_t>(columns) == 0)
      y += row_height + gap, x = 0, row_height = 0;
    all.place(drawings[i], x, y);
    x += drawings[i].width + gap;
    all.width = std::max(all.width, x - gap);
    row_height = std::max(row_height, drawings[i].height);
  }
  all.height = y + row_height;
  return all;
}

}  // namespace vegttt::report::figures

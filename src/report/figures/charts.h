// The kinds of charts. Each returns a drawing of its own; `below` puts several under one another.
#pragma once

#include <optional>

#include "axis.h"

namespace vegttt::report::figures {

struct Span {
  double low = 0, high = 0;
};

struct LinePoint {
  double x = 0, y = 0;  // a y that is not finite breaks the line
  std::optional<Span> interval = std::nullopt;
  Target target = {};
};
struct LineSeries {
  std::string label;  // "": not in the legend
  int colour = 0;     // also its shape
  bool thin = false;  // one seed of several
  std::vector<LinePoint> points;
};
// A larger, hollow shape around a point: a step that a strategy selected.
struct LineMark {
  std::string label;
  double x = 0, y = 0;
  int shape = 0;
  double radius = 8;
};
// A part of the x axis: shaded, or a dashed vertical line where it has no width.
struct Band {
  double low = 0, high = 0;
  std::string label;
};
struct LineChart {
  std::string title;
  Axis x, y;
  std::optional<Band> band = std::nullopt;
  std::vector<LineSeries> series;
  std::vector<LineMark> marks;
  std::optional<double> reference;  // a dashed horizontal line
  std::string reference_label;
  double width = 640, height = 300;
  bool legend = true;
};
Drawing line_chart(const LineChart& chart);

struct BarPart {
  double value = 0;
  int colour = 0;
  Target target = {};
};
struct Bar {
  std::string label;
  std::vector<BarPart> parts;  // side by side, from the left
  std::string text;            // behind the bar
};
struct BarChart {
  std::string title;
  Axis x;
  std::vector<Bar> bars;
  std::vector<std::string> part_labels;  // the legend, colours 0, 1, ...
  double width = 640, label_width = 110;
};
Drawing bar_chart(const BarChart& chart);

struct Dot {
  double value = 0;
  std::optional<Span> interval = std::nullopt;
  int colour = 0, shape = 0;
  bool hollow = false;
};
struct DotRow {
  std::string label;
  std::vector<Dot> dots;
  std::string text;  // at the right end
};
struct DotChart {
  std::string title;
  Axis x;
  std::vector<DotRow> rows;
  std::vector<LegendEntry> legend;
  std::optional<double> reference;  // a dashed vertical line: no difference
  double width = 640, label_width = 190, text_width = 0;
};
Drawing dot_chart(const DotChart& chart);

struct HeatCell {
  double value = 0;  // not finite: an empty cell
  std::string text;
  Target target = {};
};
struct HeatMap {
  std::string title;
  std::string column_label;
  std::vector<std::string> rows, columns;
  std::vector<std::vector<HeatCell>> cells;  // [row][column]
  double low = 0, high = 1;                  // of the colours
  Unit unit = Unit::kPercent;
  double width = 640, label_width = 70;
};
Drawing heat_map(const HeatMap& map);
int heat_level(double value, double low, double high);

// Small charts in rows of `columns`.
Drawing side_by_side(const std::vector<Drawing>& drawings, int columns, double gap = 18);

}  // namespace vegttt::report::figures

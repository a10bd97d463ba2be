#include <algorithm>
#include <cmath>

#include "charts.h"

namespace vegttt::report::figures {
namespace {

Scale x_scale(const DotChart& chart, const Frame& frame) {
  std::vector<double> values;
  if (chart.reference) values.push_back(*chart.reference);
  for (const auto& row : chart.rows) {
    for (const auto& dot : row.dots) {
      values.push_back(dot.value);
      if (!dot.interval) continue;
      values.push_back(dot.interval->low);
      values.push_back(dot.interval->high);
    }
  }
  return scale_of(chart.x, values, frame.left, frame.right);
}

// Several dots of a row stand a little apart, so that none hides another's interval.
void draw_row(Drawing& drawing, const DotRow& row, double middle, const Scale& x) {
  const double gap = row.dots.size() > 1 ? 9 : 0;
  double y = middle - gap * static_cast<double>(row.dots.size() - 1) / 2;
  for (const auto& dot : row.dots) {
    if (std::isfinite(dot.value)) {
      const Paint paint = series(dot.colour);
      if (dot.interval) {
        const double low = x(std::clamp(dot.interval->low, x.low, x.high));
        const double high = x(std::clamp(dot.interval->high, x.low, x.high));
        drawing.line({low, y}, {high, y}, paint, 1.4);
        for (const double end : {low, high}) drawing.line({end, y - 3}, {end, y + 3}, paint, 1.4);
      }
      drawing.marker({x(dot.value), y}, dot.shape, paint, dot.hollow, 4.2);
    }
    y += gap;
  }
}

}  // namespace

Drawing dot_chart(const DotChart& chart) {
  std::size_t most = 1;
  double text_room = 0;
  for (const auto& row : chart.rows) {
    most = std::max(most, row.dots.size());
    text_room = std::max(text_room, room_for(row.text, kTickSize));
  }
  const double height = 18 + 10 * static_cast<double>(most);
  Drawing drawing{chart.width, 0, {}};
  draw_title(drawing, chart.title);
  const double head = chart.title.empty() ? 4 : 24;
  const double top = head + 8 + draw_legend(drawing, 0, head, chart.width, chart.legend);
  const Frame frame{chart.label_width,
                    top,
                    chart.width - text_room - 20,
                    top + height * static_cast<double>(chart.rows.size())};
  const Scale x = x_scale(chart, frame);
  for (double y = frame.top; y <= frame.bottom + 0.1; y += height)
    drawing.line({frame.left, y}, {frame.right, y}, grid());
  draw_x_axis(drawing, frame, chart.x, x);
  if (chart.reference) {
    const double at = x(*chart.reference);
    drawing.line({at, frame.top}, {at, frame.bottom}, series(6), 1.2).dash = {5, 3};
  }
  double middle = frame.top + height / 2;
  for (const auto& row : chart.rows) {
    drawing.text({frame.left - 10, middle + 3.8},
                 fitted(row.label, kLabelSize, chart.label_width - 12),
                 kLabelSize,
                 text_paint(),
                 Anchor::kEnd);
    draw_row(drawing, row, middle, x);
    drawing.text({frame.right + 12, middle + 3.8}, row.text, kTickSize, muted());
    middle += height;
  }
  drawing.height = frame.bottom + 40;
  return drawing;
}

}  // namespace vegttt::report::figures

#include <algorithm>
#include <cmath>

#include "charts.h"

namespace vegttt::report::figures {
namespace {

double length_of(const Bar& bar) {
  double sum = 0;
  for (const auto& part : bar.parts) sum += part.value;
  return sum;
}

void draw_bar(Drawing& drawing, const Bar& bar, double y, double height, const Scale& x) {
  double sum = 0;
  for (const auto& part : bar.parts) {
    const double from = x(sum);
    sum += part.value;
    auto& rect =
        drawing.rect(from, y, std::max(0.0, x(sum) - from), height, series(part.colour), paper());
    rect.target = part.target;
  }
  drawing.text({x(sum) + 7, y + height / 2 + 3.8}, bar.text, kTickSize, text_paint());
}

}  // namespace

Drawing bar_chart(const BarChart& chart) {
  constexpr double kRow = 27, kBar = 17;
  std::vector<LegendEntry> legend;
  for (std::size_t i = 0; i < chart.part_labels.size(); ++i) {
    LegendEntry entry{chart.part_labels[i], static_cast<int>(i), 1, false};
    entry.size = 5;
    legend.push_back(entry);
  }
  Drawing drawing{chart.width, 0, {}};
  draw_title(drawing, chart.title);
  const double head = chart.title.empty() ? 4 : 24;
  const double top = head + 8 + draw_legend(drawing, 0, head, chart.width, legend);
  double text_room = 0;
  std::vector<double> lengths = {0};
  for (const auto& bar : chart.bars) {
    text_room = std::max(text_room, room_for(bar.text, kTickSize));
    lengths.push_back(length_of(bar));
  }
  Axis axis = chart.x;
  if (!axis.low) axis.low = 0;
  const Frame frame{chart.label_width,
                    top,
                    chart.width - text_room - 18,
                    top + kRow * static_cast<double>(chart.bars.size())};
  const Scale x = scale_of(axis, lengths, frame.left, frame.right);
  draw_x_axis(drawing, frame, axis, x);
  double y = top;
  for (const auto& bar : chart.bars) {
    drawing.text({frame.left - 9, y + kRow / 2 + 3.8},
                 fitted(bar.label, kTickSize, chart.label_width - 12),
                 kTickSize,
                 text_paint(),
                 Anchor::kEnd);
    draw_bar(drawing, bar, y + (kRow - kBar) / 2, kBar, x);
    y += kRow;
  }
  drawing.height = frame.bottom + 40;
  return drawing;
}

}  // namespace vegttt::report::figures

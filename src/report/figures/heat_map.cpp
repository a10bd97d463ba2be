#include <algorithm>
#include <cmath>

#include "charts.h"

namespace vegttt::report::figures {
namespace {

constexpr double kCellHeight = 25;

void draw_cell(
    Drawing& drawing, const HeatCell& cell, const HeatMap& map, double x, double y, double width) {
  if (!std::isfinite(cell.value)) {
    drawing.text({x + width / 2, y + 16}, "-", kTickSize, muted(), Anchor::kMiddle);
    return;
  }
  const int level = heat_level(cell.value, map.low, map.high);
  drawing.rect(x + 1, y + 1, width - 2, kCellHeight - 2, heat(level)).target = cell.target;
  if (room_for(cell.text, kTickSize) < width - 4)
    drawing.text(
        {x + width / 2, y + 16.2}, cell.text, kTickSize, heat_text(level), Anchor::kMiddle);
}

void draw_key(Drawing& drawing, const HeatMap& map, double x, double y) {
  constexpr double kWidth = 22;
  for (int level = 0; level < kHeatLevels; ++level)
    drawing.rect(x + level * kWidth, y, kWidth, 9, heat(level), grid());
  drawing.text({x, y + 21}, tick_text(map.low, map.unit), kTickSize, muted());
  drawing.text({x + kHeatLevels * kWidth, y + 21},
               tick_text(map.high, map.unit),
               kTickSize,
               muted(),
               Anchor::kEnd);
}

}  // namespace

int heat_level(double value, double low, double high) {
  const double share = high > low ? (value - low) / (high - low) : 0;
  return std::clamp(static_cast<int>(share * kHeatLevels), 0, kHeatLevels - 1);
}

Drawing heat_map(const HeatMap& map) {
  Drawing drawing{map.width, 0, {}};
  draw_title(drawing, map.title);
  const auto n = static_cast<double>(std::max<std::size_t>(1, map.columns.size()));
  const double cell = std::min(76.0, (map.width - map.label_width - 8) / n);
  const double left = map.label_width, top = map.title.empty() ? 4 : 28;
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    const double y = top + kCellHeight * static_cast<double>(row);
    drawing.text({left - 9, y + 16}, map.rows[row], kTickSize, text_paint(), Anchor::kEnd);
    for (std::size_t column = 0; column < map.columns.size(); ++column)
      draw_cell(
          drawing, map.cells[row][column], map, left + cell * static_cast<double>(column), y, cell);
  }
  const double bottom = top + kCellHeight * static_cast<double>(map.rows.size());
  const std::size_t every = cell < 20 ? 5 : 1;
  for (std::size_t column = 0; column < map.columns.size(); column += every)
    drawing.text({left + cell * (static_cast<double>(column) + 0.5), bottom + 15},
                 map.columns[column],
                 kTickSize,
                 muted(),
                 Anchor::kMiddle);
  drawing.text(
      {left + cell * n / 2, bottom + 32}, map.column_label, kLabelSize, muted(), Anchor::kMiddle);
  draw_key(drawing, map, left, bottom + 44);
  drawing.height = bottom + 70;
  return drawing;
}

}  // namespace vegttt::report::figures

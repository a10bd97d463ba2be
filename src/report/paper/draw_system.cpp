// Figure 1: boxes where the parts stand, arrows for the rows of the table.
#include <cmath>
#include <map>

#include "drawn_figures.h"
#include "figures/axis.h"

namespace vegttt::report::paper {
namespace {

using namespace figures;

constexpr double kWidth = 86, kHeight = 34, kAcross = 142, kDown = 112, kTop = 46;

// Column and row of a part.
const std::map<std::string, std::pair<int, int>>& places() {
  static const std::map<std::string, std::pair<int, int>> all = {{"task", {0, 0}},
                                                                 {"policy", {1, 0}},
                                                                 {"extraction", {2, 0}},
                                                                 {"judge", {3, 0}},
                                                                 {"records", {4, 0}},
                                                                 {"selection", {5, 0}},
                                                                 {"LoRA update", {1, 1}},
                                                                 {"reward", {3, 1}},
                                                                 {"fresh samples", {5, 1}}};
  return all;
}

Point centre_of(const std::string& part) {
  const auto [column, row] = places().at(part);
  return {kWidth / 2 + 2 + column * kAcross, kTop + kHeight / 2 + row * kDown};
}

void draw_box(Drawing& drawing, const std::string& part) {
  const Point at = centre_of(part);
  drawing.rect(
      at.x - kWidth / 2, at.y - kHeight / 2, kWidth, kHeight, figures::paper(), axis_paint());
  drawing.text({at.x, at.y + 4}, part, kLabelSize, text_paint(), Anchor::kMiddle);
}

void draw_head(Drawing& drawing, Point tip, double dx, double dy) {
  constexpr double kSize = 5;
  const Point back{tip.x - kSize * 1.6 * dx, tip.y - kSize * 1.6 * dy};
  auto& head = drawing.path(
      {tip, {back.x - kSize * dy, back.y + kSize * dx}, {back.x + kSize * dy, back.y - kSize * dx}},
      axis_paint());
  head.closed = true;
  head.fill = axis_paint();
}

void draw_arrow(Drawing& drawing,
                const std::string& from,
                const std::string& to,
                const std::string& what) {
  const Point a = centre_of(from), b = centre_of(to);
  const bool across = a.y == b.y;
  const double dx = across ? std::copysign(1, b.x - a.x) : 0,
               dy = across ? 0 : std::copysign(1, b.y - a.y);
  const Point start{a.x + dx * kWidth / 2, a.y + dy * kHeight / 2},
      end{b.x - dx * kWidth / 2, b.y - dy * kHeight / 2};
  drawing.line(start, end, axis_paint(), 1.4);
  draw_head(drawing, end, dx, dy);
  const Point middle{(start.x + end.x) / 2, (start.y + end.y) / 2};
  // What is neighboured closely is named above the boxes.
  const bool close = across && std::abs(b.x - a.x) < 1.5 * kAcross;
  if (across)
    drawing.text({middle.x, close ? a.y - kHeight / 2 - 8 : middle.y - 6},
                 what,
                 kTickSize - 1,
                 muted(),
                 Anchor::kMiddle);
  else  // towards the middle of the drawing
    drawing.text({middle.x + (a.x > 4 * kAcross ? -8 : 8), middle.y + 3},
                 what,
                 kTickSize - 1,
                 muted(),
                 a.x > 4 * kAcross ? Anchor::kEnd : Anchor::kStart);
}

// Without what the table adds in brackets.
std::string short_text(const std::string& text) { return text.substr(0, text.find(" (")); }

}  // namespace

Drawing draw_system(const Table& table) {
  Drawing drawing{5 * kAcross + kWidth + 4, kTop + kDown + kHeight + 8, {}};
  draw_title(drawing, table.title);
  for (const auto& row : table.cells.rows())
    draw_arrow(drawing, row[0].text, row[1].text, short_text(row[2].text));
  for (const auto& [part, place] : places()) draw_box(drawing, part);
  return drawing;
}

}  // namespace vegttt::report::paper

#include "drawing.h"

#include <array>
#include <cmath>
#include <numbers>

namespace vegttt::report::figures {
namespace {

// Okabe and Ito's colours, which people with any common colour blindness tell apart, darkened where
// white paper would swallow them.
constexpr std::array<int, kSeriesColours> kSeries = {
    0x0072b2, 0xd55e00, 0x009e73, 0xb5589a, 0xc98500, 0x3d9bd1, 0x555555, 0x8a6d00};
// One hue from light to dark: order is seen without colour vision.
constexpr std::array<int, kHeatLevels> kHeat = {
    0xf3f6fa, 0xdfe9f3, 0xc6daeb, 0xa6c8e2, 0x80b1d6, 0x5797c6, 0x357bb3, 0x1b5f9a, 0x0b4279};

Rgb rgb(int hex) {
  return {((hex >> 16) & 255) / 255.0, ((hex >> 8) & 255) / 255.0, (hex & 255) / 255.0};
}

std::vector<Point> polygon(Point centre, double radius, int corners, double turn) {
  std::vector<Point> points;
  for (int i = 0; i < corners; ++i) {
    const double angle = turn + 2 * std::numbers::pi * i / corners;
    points.push_back({centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)});
  }
  return points;
}

std::vector<Point> cross(Point c, double r, double turn) {
  const double thick = 0.42 * r;
  std::vector<Point> points;
  for (const auto& [x, y] : std::array<std::pair<double, double>, 12>{{{-thick, -r},
                                                                       {thick, -r},
                                                                       {thick, -thick},
                                                                       {r, -thick},
                                                                       {r, thick},
                                                                       {thick, thick},
                                                                       {thick, r},
                                                                       {-thick, r},
                                                                       {-thick, thick},
                                                                       {-r, thick},
                                                                       {-r, -thick},
                                                                       {-thick, -thick}}})
    points.push_back({c.x + x * std::cos(turn) - y * std::sin(turn),
                      c.y + x * std::sin(turn) + y * std::cos(turn)});
  return points;
}

std::vector<Point> corners_of(Point centre, int shape, double radius) {
  constexpr double kUp = -std::numbers::pi / 2;
  switch (shape % 7) {
    case 1:
      return polygon(centre, radius * 1.2, 4, std::numbers::pi / 4);  // square
    case 2:
      return polygon(centre, radius * 1.3, 3, kUp);  // triangle
    case 3:
      return polygon(centre, radius * 1.3, 4, kUp);  // diamond
    case 4:
      return polygon(centre, radius * 1.3, 3, -kUp);  // triangle, point down
    case 5:
      return cross(centre, radius * 1.15, 0);
    default:
      return cross(centre, radius * 1.2, std::numbers::pi / 4);
  }
}

}  // namespace

Rgb light_colour(Paint paint) {
  switch (paint.kind) {
    case Paint::Kind::kText:
      return rgb(0x1c2024);
    case Paint::Kind::kMuted:
      return rgb(0x5d6670);
    case Paint::Kind::kAxis:
      return rgb(0x8d96a0);
    case Paint::Kind::kGrid:
      return rgb(0xe4e8ec);
    case Paint::Kind::kSeries:
      return rgb(kSeries[static_cast<std::size_t>(paint.index)]);
    case Paint::Kind::kHeat:
      return rgb(kHeat[static_cast<std::size_t>(paint.index)]);
    case Paint::Kind::kHeatText:
      return paint.index < 6 ? rgb(0x1c2024) : rgb(0xffffff);
    case Paint::Kind::kPaper:
    case Paint::Kind::kNone:
      break;
  }
  return rgb(0xffffff);
}

std::string class_of(Paint paint) {
  switch (paint.kind) {
    case Paint::Kind::kText:
      return "text";
    case Paint::Kind::kMuted:
      return "muted";
    case Paint::Kind::kAxis:
      return "axis";
    case Paint::Kind::kGrid:
      return "grid";
    case Paint::Kind::kPaper:
      return "paper";
    case Paint::Kind::kSeries:
      return "s" + std::to_string(paint.index);
    case Paint::Kind::kHeat:
      return "h" + std::to_string(paint.index);
    case Paint::Kind::kHeatText:
      return "t" + std::to_string(paint.index);
    case Paint::Kind::kNone:
      break;
  }
  return "none";
}

Element& Drawing::path(std::vector<Point> points, Paint stroke, double line_width) {
  Element element;
  element.points = std::move(points);
  element.stroke = stroke;
  element.width = line_width;
  elements.push_back(std::move(element));
  return elements.back();
}

Element& Drawing::line(Point from, Point to, Paint stroke, double line_width) {
  return path({from, to}, stroke, line_width);
}

Element& Drawing::rect(double x, double y, double w, double h, Paint fill, Paint stroke) {
  Element& element = path({{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}, stroke);
  element.closed = true;
  element.fill = fill;
  return element;
}

Element& Drawing::circle(Point centre, double radius, Paint fill, Paint stroke) {
  Element& element = path({centre}, stroke);
  element.kind = Element::Kind::kCircle;
  element.radius = radius;
  element.fill = fill;
  return element;
}

Element& Drawing::text(Point at, std::string words, double size, Paint fill, Anchor anchor) {
  Element& element = path({at}, none());
  element.kind = Element::Kind::kText;
  element.text = std::move(words);
  element.size = size;
  element.fill = fill;
  element.anchor = anchor;
  return element;
}

Element& Drawing::marker(Point centre, int shape, Paint paint, bool hollow, double radius) {
  if (shape % 7 == 0) {
    Element& element = circle(centre, radius, hollow ? paper() : paint, paint);
    element.width = 1.4;
    return element;
  }
  Element& element = path(corners_of(centre, shape, radius), paint, 1.4);
  element.closed = true;
  element.fill = hollow ? paper() : paint;
  return element;
}

Drawing with_margin(const Drawing& drawing) {
  constexpr double kMargin = 10;
  Drawing out{drawing.width + 2 * kMargin, drawing.height + 2 * kMargin, {}};
  out.rect(0, 0, out.width, out.height, paper());
  out.place(drawing, kMargin, kMargin);
  for (auto& element : out.elements) element.target.data.clear();  // a file has nothing to click
  return out;
}

void Drawing::place(const Drawing& other, double dx, double dy) {
  for (Element element : other.elements) {
    for (auto& point : element.points) point = {point.x + dx, point.y + dy};
    elements.push_back(std::move(element));
  }
}

}  // namespace vegttt::report::figures

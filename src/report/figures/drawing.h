// What figures are made of: paths, circles and text in points, y downwards, with named paints, so
// that one drawing becomes an SVG that follows the page's colours or a PDF with fixed ones.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace vegttt::report::figures {

struct Paint {
  enum class Kind { kNone, kText, kMuted, kAxis, kGrid, kPaper, kSeries, kHeat, kHeatText };
  Kind kind = Kind::kNone;
  int index = 0;
};
inline constexpr int kSeriesColours = 8;
inline constexpr int kHeatLevels = 9;

inline Paint none() { return {}; }
inline Paint text_paint() { return {Paint::Kind::kText}; }
inline Paint muted() { return {Paint::Kind::kMuted}; }
inline Paint axis_paint() { return {Paint::Kind::kAxis}; }
inline Paint grid() { return {Paint::Kind::kGrid}; }
inline Paint paper() { return {Paint::Kind::kPaper}; }
inline Paint series(int index) { return {Paint::Kind::kSeries, index % kSeriesColours}; }
inline Paint heat(int level) { return {Paint::Kind::kHeat, level}; }
// Readable on that level.
inline Paint heat_text(int level) { return {Paint::Kind::kHeatText, level}; }

struct Rgb {
  double r = 0, g = 0, b = 0;  // 0 to 1
};
// The light colours: what a file on paper shows. "s3", "h0", "muted": what the page's style sheet
// names.
Rgb light_colour(Paint paint);
std::string class_of(Paint paint);

// What a click means, as data attributes of the page ("step" -> "2"), and what a pointer at rest is
// told.
struct Target {
  std::map<std::string, std::string> data;
  std::string title;
  bool focus = true;  // one stop of the tab key; not for the many points of single seeds
};

struct Point {
  double x = 0, y = 0;
};

enum class Anchor { kStart, kMiddle, kEnd };

struct Element {
  enum class Kind { kPath, kCircle, kText };
  Kind kind = Kind::kPath;
  std::vector<Point> points;  // a path's corners; a circle's centre; where text stands
  bool closed = false;
  double radius = 0;
  std::string text;
  double size = 0;
  Anchor anchor = Anchor::kStart;
  bool faint = false;                  // behind what matters: one seed of several
  bool bold = false, upright = false;  // upright: turned by 90 degrees, reads upwards
  Paint stroke, fill;
  double width = 1;
  std::vector<double> dash;
  Target target;
};

struct Drawing {
  double width = 0, height = 0;
  std::vector<Element> elements;

  Element& path(std::vector<Point> points, Paint stroke, double width = 1);
  Element& line(Point from, Point to, Paint stroke, double width = 1);
  Element& rect(double x, double y, double w, double h, Paint fill, Paint stroke = {});
  Element& circle(Point centre, double radius, Paint fill, Paint stroke = {});
  Element& text(
      Point at, std::string text, double size, Paint fill, Anchor anchor = Anchor::kStart);
  // One of seven shapes, so that a series is known without its colour.
  Element& marker(Point centre, int shape, Paint paint, bool hollow = false, double radius = 3.6);
  // Another drawing with its origin at (dx, dy).
  void place(const Drawing& other, double dx, double dy);
};

// With a margin around it, for a file of its own.
Drawing with_margin(const Drawing& drawing);

// Width in points of text in Helvetica, by its standard metrics: what the PDF centres by, and near
// enough for the fonts of browsers.
double text_width(std::string_view utf8, double size, bool bold = false);
// Room to leave for text: browsers without Helvetica take fonts that are wider.
inline double room_for(std::string_view utf8, double size) { return 1.18 * text_width(utf8, size); }
// Text that fits, ended by an ellipsis where it was cut.
std::string fitted(const std::string& text, double size, double width);

}  // namespace vegttt::report::figures

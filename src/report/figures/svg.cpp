#include "svg.h"

#include <cmath>
#include <cstdio>

namespace vegttt::report::figures {
namespace {

// At most two digits behind the point, no zeros at the end.
std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  std::string out = text;
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

std::string hex(Paint paint) {
  if (paint.kind == Paint::Kind::kNone) return "none";
  const Rgb colour = light_colour(paint);
  char text[8];
  std::snprintf(text,
                sizeof text,
                "#%02x%02x%02x",
                static_cast<int>(std::lround(colour.r * 255)),
                static_cast<int>(std::lround(colour.g * 255)),
                static_cast<int>(std::lround(colour.b * 255)));
  return text;
}

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}

// Class "f-s3 k-axis" beside fill="..." stroke="...".
std::string paints(const Element& element) {
  std::string text;
  std::string classes;
  if (element.fill.kind != Paint::Kind::kNone) classes = "f-" + class_of(element.fill);
  if (element.stroke.kind != Paint::Kind::kNone)
    classes += (classes.empty() ? "k-" : " k-") + class_of(element.stroke);
  if (!element.target.data.empty()) classes += " mark";
  text += attribute("class", classes) + attribute("fill", hex(element.fill));
  if (element.faint) text += attribute("opacity", "0.4");
  if (element.stroke.kind == Paint::Kind::kNone) return text;
  text +=
      attribute("stroke", hex(element.stroke)) + attribute("stroke-width", number(element.width));
  if (element.dash.empty()) return text;
  std::string dashes;
  for (const double length : element.dash) dashes += (dashes.empty() ? "" : " ") + number(length);
  return text + attribute("stroke-dasharray", dashes);
}

std::string target_attributes(const Target& target) {
  if (target.data.empty()) return "";
  std::string text = std::string(target.focus ? " tabindex=\"0\"" : "") + " role=\"button\"" +
                     attribute("aria-label", escaped(target.title));
  for (const auto& [key, value] : target.data)
    text += attribute(("data-" + key).c_str(), escaped(value));
  return text;
}

std::string path_data(const Element& element) {
  std::string data;
  for (const auto& point : element.points)
    data += (data.empty() ? "M" : "L") + number(point.x) + " " + number(point.y);
  return element.closed ? data + "Z" : data;
}

std::string text_attributes(const Element& element) {
  const Point at = element.points.front();
  std::string text = attribute("x", number(at.x)) + attribute("y", number(at.y)) +
                     attribute("font-size", number(element.size));
  if (element.anchor != Anchor::kStart)
    text += attribute("text-anchor", element.anchor == Anchor::kMiddle ? "middle" : "end");
  if (element.bold) text += attribute("font-weight", "600");
  if (element.upright)
    text += attribute("transform", "rotate(-90 " + number(at.x) + " " + number(at.y) + ")");
  return text;
}

std::string markup(const Element& element) {
  std::string name = "path", body = escaped(element.text), own;
  if (element.kind == Element::Kind::kText) {
    name = "text";
    own = text_attributes(element);
  } else if (element.kind == Element::Kind::kCircle) {
    name = "circle";
    own = attribute("cx", number(element.points[0].x)) +
          attribute("cy", number(element.points[0].y)) + attribute("r", number(element.radius));
  } else {
    own = attribute("d", path_data(element));
  }
  if (!element.target.title.empty())
    body = "<title>" + escaped(element.target.title) + "</title>" + body;
  return "<" + name + own + paints(element) + target_attributes(element.target) + ">" + body +
         "</" + name + ">\n";
}

std::string head(const Drawing& drawing, const std::string& title, const std::string& more) {
  return "<svg" + more +
         attribute("viewBox", "0 0 " + number(drawing.width) + " " + number(drawing.height)) +
         attribute("width", number(drawing.width)) + attribute("height", number(drawing.height)) +
         " role=\"group\" font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\"" +
         attribute("aria-label", escaped(title)) + ">\n";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
        if (control)
          out += "\uFFFD";
        else
          out.push_back(c);
    }
  }
  return out;
}

std::string svg(const Drawing& drawing, const std::string& title) {
  std::string text = head(drawing, title, "");
  for (const auto& element : drawing.elements) text += markup(element);
  return text + "</svg>\n";
}

std::string svg_file(const Drawing& drawing, const std::string& title) {
  const Drawing on_paper = with_margin(drawing);
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" +
                     head(on_paper, title, " xmlns=\"http://www.w3.org/2000/svg\"");
  for (const auto& element : on_paper.elements) text += markup(element);
  return text + "</svg>\n";
}

}  // namespace vegttt::report::figures

#include "pdf.h"

#include <cstdio>

namespace vegttt::report::figures {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ", value);
  return text;
}

std::string numbers(std::initializer_list<double> values) {
  std::string text;
  for (const double value : values) text += number(value);
  return text;
}

// Faint: mixed with the white of the paper.
std::string colour(Paint paint, const char* with, bool faint = false) {
  Rgb rgb = light_colour(paint);
  if (faint) rgb = {1 - 0.4 * (1 - rgb.r), 1 - 0.4 * (1 - rgb.g), 1 - 0.4 * (1 - rgb.b)};
  return numbers({rgb.r, rgb.g, rgb.b}) + with + "\n";
}

// Code points of Windows-1252 that are not Latin-1: those that figures use.
char beyond_latin(unsigned code) {
  switch (code) {
    case 0x2026:
      return '\x85';  // ellipsis
    case 0x2013:
      return '\x96';
    case 0x2014:
      return '\x97';
    case 0x2019:
      return '\x92';
    case 0x2022:
      return '\x95';
    default:
      return '?';
  }
}

std::string windows_1252(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    unsigned code = length == 1 ? byte : byte & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < utf8.size(); ++k)
      code = code << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3f);
    const bool latin = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff);
    out.push_back(latin ? static_cast<char>(code) : beyond_latin(code));
    i += length;
  }
  return out;
}

std::string literal(std::string_view text) {
  std::string out = "(";
  for (const char c : text) {
    if (c == '(' || c == ')' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + ")";
}

std::string ended(const Element& element) {
  const bool fill = element.fill.kind != Paint::Kind::kNone;
  const bool stroke = element.stroke.kind != Paint::Kind::kNone;
  std::string operation = fill && stroke ? "B" : fill ? "f" : stroke ? "S" : "n";
  return (element.closed && stroke ? "h " : "") + operation + "\n";
}

std::string painted(const Element& element) {
  std::string text;
  if (element.fill.kind != Paint::Kind::kNone) text += colour(element.fill, "rg", element.faint);
  if (element.stroke.kind == Paint::Kind::kNone) return text;
  text += colour(element.stroke, "RG", element.faint) + number(element.width) + "w\n[";
  for (const double length : element.dash) text += number(length);
  return text + "] 0 d\n";
}

// Four cubic curves.
std::string circle_path(Point c, double r) {
  const double k = 0.5523 * r;
  return numbers({c.x + r, c.y}) + "m\n" +
         numbers({c.x + r, c.y + k, c.x + k, c.y + r, c.x, c.y + r}) + "c\n" +
         numbers({c.x - k, c.y + r, c.x - r, c.y + k, c.x - r, c.y}) + "c\n" +
         numbers({c.x - r, c.y - k, c.x - k, c.y - r, c.x, c.y - r}) + "c\n" +
         numbers({c.x + k, c.y - r, c.x + r, c.y - k, c.x + r, c.y}) + "c h\n";
}

// The page's y points down, so letters are turned back by the text matrix.
std::string text_commands(const Element& element) {
  const Point at = element.points.front();
  const double width = text_width(element.text, element.size, element.bold);
  const double shift = element.anchor == Anchor::kStart    ? 0
                       : element.anchor == Anchor::kMiddle ? width / 2
                                                           : width;
  const std::string matrix = element.upright ? numbers({0, -1, -1, 0, at.x, at.y + shift})
                                             : numbers({1, 0, 0, -1, at.x - shift, at.y});
  return colour(element.fill, "rg") + "BT /F" + (element.bold ? "2 " : "1 ") +
         number(element.size) + "Tf " + matrix + "Tm " + literal(windows_1252(element.text)) +
         " Tj ET\n";
}

std::string commands(const Element& element) {
  if (element.kind == Element::Kind::kText) return text_commands(element);
  std::string text = painted(element);
  if (element.kind == Element::Kind::kCircle) {
    text += circle_path(element.points.front(), element.radius);
  } else {
    for (std::size_t i = 0; i < element.points.size(); ++i)
      text += numbers({element.points[i].x, element.points[i].y}) + (i == 0 ? "m\n" : "l\n");
  }
  return text + ended(element);
}

std::string font(const char* name) {
  return std::string("<< /Type /Font /Subtype /Type1 /BaseFont /") + name +
         " /Encoding /WinAnsiEncoding >>";
}

// Objects from 1 on, the cross-reference table with their places, and the trailer.
std::string file_of(const std::vector<std::string>& objects) {
  std::string file = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n";
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    places.push_back(file.size());
    file += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const std::string count = std::to_string(objects.size() + 1);
  const std::size_t table = file.size();
  file += "xref\n0 " + count + "\n0000000000 65535 f \n";
  for (const std::size_t place : places) {
    char line[24];
    std::snprintf(line, sizeof line, "%010zu 00000 n \n", place);
    file += line;
  }
  return file + "trailer\n<< /Size " + count + " /Root 1 0 R /Info 7 0 R >>\nstartxref\n" +
         std::to_string(table) + "\n%%EOF\n";
}

}  // namespace

std::string pdf_file(const Drawing& without_margin, const std::string& title) {
  const Drawing drawing = with_margin(without_margin);
  std::string content = numbers({1, 0, 0, -1, 0, drawing.height}) + "cm\n1 J 1 j\n";
  for (const auto& element : drawing.elements) content += commands(element);
  return file_of(
      {"<< /Type /Catalog /Pages 2 0 R >>",
       "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
       "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + numbers({drawing.width, drawing.height}) +
           "] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>",
       "<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "\nendstream",
       font("Helvetica"),
       font("Helvetica-Bold"),
       "<< /Title " + literal(windows_1252(title)) + " /Creator (vegttt) >>"});
}

}  // namespace vegttt::report::figures

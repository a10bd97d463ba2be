#include "vegttt/config/fields.h"

#include <charconv>
#include <cmath>

namespace vegttt::config {
namespace {

// What YAML reads as a plain string and nothing else.
bool plain(const std::string& text) {
  if (text.empty()) return false;
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '/' || c == '.' || c == '-';
  };
  for (const char c : text) {
    if (!safe(c)) return false;
  }
  if (text == "null" || text == "true" || text == "false" || text == "yes" || text == "no")
    return false;
  const char first = text.front();
  return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_' ||
         first == '/';
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string FieldLister::text_of(bool value) { return value ? "true" : "false"; }

std::string FieldLister::text_of(std::int64_t value) { return std::to_string(value); }

std::string FieldLister::text_of(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  char text[32];
  const auto end = std::to_chars(
      text, text + sizeof text, value);  // the shortest that reads back as the same bits
  return std::string(text, end.ptr);
}

std::string FieldLister::text_of(const std::string& value) {
  return plain(value) ? value : quoted(value);
}

std::string FieldLister::text_of(const std::map<std::string, double>& value) {
  std::string text = "{";
  for (const auto& [key, number] : value)
    text += (text.size() > 1 ? ", " : "") + text_of(key) + ": " + text_of(number);
  return text + "}";
}

}  // namespace vegttt::config

#include "conversion.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace vegttt::config {
namespace {

template <class T>
bool parse_whole(const std::string& text, T& value) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  if (begin != end && *begin == '+') ++begin;
  const auto result = std::from_chars(begin, end, value);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

std::string text_of_node(const YAML::Node& node) {
  if (node.IsScalar()) return "'" + node.Scalar() + "'";
  if (node.IsSequence()) return "a list";
  if (node.IsMap()) return "a group of keys";
  return "nothing";
}

bool convert(const YAML::Node& node, bool& value, std::string& expected) {
  expected = "true or false";
  if (!node.IsScalar()) return false;
  const std::string& text = node.Scalar();
  if (text == "true" || text == "True" || text == "yes" || text == "on") return value = true, true;
  if (text == "false" || text == "False" || text == "no" || text == "off")
    return value = false, true;
  return false;
}

bool convert(const YAML::Node& node, std::int64_t& value, std::string& expected) {
  expected = "an integer";
  std::int64_t parsed = 0;
  if (!node.IsScalar() || !parse_whole(node.Scalar(), parsed)) return false;
  value = parsed;
  return true;
}

bool convert(const YAML::Node& node, int& value, std::string& expected) {
  std::int64_t wide = 0;
  if (!convert(node, wide, expected)) return false;
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max())
    return false;
  value = static_cast<int>(wide);
  return true;
}

bool convert(const YAML::Node& node, double& value, std::string& expected) {
  expected = "a number";
  double parsed = 0;
  if (!node.IsScalar() || !parse_whole(node.Scalar(), parsed) || !std::isfinite(parsed))
    return false;
  value = parsed;
  return true;
}

bool convert(const YAML::Node& node, std::string& value, std::string& expected) {
  expected = "text";
  if (!node.IsScalar() && !node.IsNull()) return false;
  value = node.IsNull() ? "" : node.Scalar();
  return true;
}

bool convert(const YAML::Node& node, std::map<std::string, double>& value, std::string& expected) {
  std::map<std::string, double> read;
  if (!node.IsMap() && !node.IsNull()) return expected = "a map of numbers", false;
  for (const auto& pair : node) {
    if (!convert(pair.second, read[pair.first.Scalar()], expected))
      return expected = "a map of numbers", false;
  }
  value = std::move(read);
  return true;
}

}  // namespace vegttt::config

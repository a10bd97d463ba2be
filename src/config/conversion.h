// YAML leaf -> typed value, or what was expected instead.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vegttt/core/result.h"

namespace vegttt::config {

// Each returns false and leaves `value` alone when the node is not of that type; `expected` then
// says what it must be.
bool convert(const YAML::Node& node, bool& value, std::string& expected);
bool convert(const YAML::Node& node, int& value, std::string& expected);
bool convert(const YAML::Node& node, std::int64_t& value, std::string& expected);
bool convert(const YAML::Node& node, double& value, std::string& expected);
bool convert(const YAML::Node& node, std::string& value, std::string& expected);
bool convert(const YAML::Node& node, std::map<std::string, double>& value, std::string& expected);

template <class T>
bool convert(const YAML::Node& node, std::optional<T>& value, std::string& expected) {
  if (node.IsNull()) {
    value.reset();
    return true;
  }
  T inner{};
  if (!convert(node, inner, expected)) return false;
  value = inner;
  return true;
}

template <class T>
bool convert(const YAML::Node& node, std::vector<T>& value, std::string& expected) {
  std::vector<T> items;
  if (node.IsSequence()) {
    for (const auto& item : node) {
      T inner{};
      if (!convert(item, inner, expected)) {
        expected = "a list, each item " + expected;
        return false;
      }
      items.push_back(std::move(inner));
    }
  } else if (!node.IsNull()) {
    expected = "a list";
    return false;
  }
  value = std::move(items);
  return true;
}

// The node as people wrote it, for messages.
std::string text_of_node(const YAML::Node& node);

}  // namespace vegttt::config

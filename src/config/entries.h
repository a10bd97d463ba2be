// A YAML document as a flat list of dotted keys, so that unknown and doubled keys can be seen
// (yaml-cpp shows neither).
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "vegttt/config/visitor.h"

namespace vegttt::config {

struct Entry {
  std::string key;   // "learn.learning_rate"
  YAML::Node value;  // a leaf: scalar, list, null, or a map that is one field's value
  Origin origin;
  bool used = false;
};

struct Problem {
  std::string where;
  std::string what;
};

// Throws UserError (file:line) when the text is not YAML or not a map.
std::vector<Entry> entries_of(const std::string& yaml,
                              const std::string& name,
                              std::vector<Problem>& problems);
// An entry as it can be handed on, and back.
Given given_of(const Entry& entry, const std::string& key);
void add_given(const std::vector<Given>& given, std::vector<Entry>& entries);
// Appends the overrides, later than what the file says.
void add_overrides(const std::vector<std::string>& overrides,
                   std::vector<Entry>& entries,
                   std::vector<Problem>& problems);

}  // namespace vegttt::config

// One YAML map whose keys are checked: each at most once, each known, each error with file:line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

namespace vegttt::tasks {

// A node and the file it comes from, for messages.
struct YamlNode {
  YAML::Node node;
  std::string file;

  std::string where() const;  // "file:line"
  [[noreturn]] void fail(const std::string& what, const std::string& try_this = "") const;
  std::string text() const;  // a scalar, else fails
  std::int64_t integer() const;
  double number() const;
  std::vector<YamlNode> items() const;  // a sequence, else fails
};

class YamlMap {
 public:
  struct Entry {
    std::string key;
    YamlNode key_node, value;
  };

  // Fails when `node` is no map or a key is doubled.
  YamlMap(const YamlNode& node, std::string what);
  // Fails on a key that is not in `known`, with the nearest one.
  void allow_only(const std::vector<std::string>& known) const;
  const YamlNode* find(const std::string& key) const;  // nullptr when missing
  const YamlNode& get(const std::string& key) const;   // fails when missing
  const std::vector<Entry>& entries() const { return entries_; }
  const YamlNode& self() const { return self_; }

 private:
  YamlNode self_;
  std::string what_;
  std::vector<Entry> entries_;
};

}  // namespace vegttt::tasks

#include "yaml_map.h"

#include <fmt/format.h>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::tasks {
namespace {

const char* kind_of(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  if (node.IsScalar()) return "a value";
  return "nothing";
}

}  // namespace

std::string YamlNode::where() const {
  const YAML::Mark mark = node.Mark();
  return mark.is_null() ? file : fmt::format("{}:{}", file, mark.line + 1);
}

void YamlNode::fail(const std::string& what, const std::string& try_this) const {
  throw core::UserError(what, where(), try_this);
}

std::string YamlNode::text() const {
  if (!node.IsScalar()) fail(fmt::format("expected a value, got {}", kind_of(node)));
  return node.Scalar();
}

std::int64_t YamlNode::integer() const {
  const std::string value = text();
  std::size_t used = 0;
  try {
    const std::int64_t result = std::stoll(value, &used);
    if (used == value.size()) return result;
  } catch (const std::exception&) {
  }
  fail(fmt::format("expected an integer, got '{}'", value));
}

double YamlNode::number() const {
  const std::string value = text();
  std::size_t used = 0;
  try {
    const double result = std::stod(value, &used);
    if (used == value.size()) return result;
  } catch (const std::exception&) {
  }
  fail(fmt::format("expected a number, got '{}'", value));
}

std::vector<YamlNode> YamlNode::items() const {
  if (!node.IsSequence()) fail(fmt::format("expected a list, got {}", kind_of(node)));
  std::vector<YamlNode> result;
  for (const auto& item : node) result.push_back({item, file});
  return result;
}

YamlMap::YamlMap(const YamlNode& node, std::string what) : self_(node), what_(std::move(what)) {
  if (!node.node.IsMap())
    node.fail(fmt::format("{}: expected a map, got {}", what_, kind_of(node.node)));
  for (const auto& pair : node.node) {
    const YamlNode key{pair.first, node.file};
    if (find(key.text()))
      key.fail(fmt::format("{}: key '{}' appears twice", what_, key.text()), "remove one");
    entries_.push_back({key.text(), key, {pair.second, node.file}});
  }
}

void YamlMap::allow_only(const std::vector<std::string>& known) const {
  for (const Entry& entry : entries_) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    entry.key_node.fail(
        fmt::format(
            "{}: unknown key '{}'{}", what_, entry.key, core::did_you_mean(entry.key, known)),
        "known keys: " + core::join(known, ", "));
  }
}

const YamlNode* YamlMap::find(const std::string& key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const YamlNode& YamlMap::get(const std::string& key) const {
  if (const YamlNode* found = find(key)) return *found;
  self_.fail(fmt::format("{}: key '{}' is missing", what_, key));
}

}  // namespace vegttt::tasks

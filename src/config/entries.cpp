#include "entries.h"

#include <map>
#include <set>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::config {
namespace {

std::string place(const std::string& name, const YAML::Mark& mark) {
  return mark.is_null() ? name : name + ":" + std::to_string(mark.line + 1);
}

YAML::Node parse(const std::string& yaml, const std::string& name) {
  try {
    return YAML::Load(yaml);
  } catch (const YAML::Exception& e) {
    throw core::UserError("not valid YAML: " + e.msg, place(name, e.mark));
  }
}

// Walks maps; every other value is a leaf.
void flatten(const YAML::Node& map,
             const std::string& prefix,
             const std::string& name,
             std::vector<Entry>& entries,
             std::vector<Problem>& problems) {
  std::map<std::string, int> first_line;
  for (const auto& pair : map) {
    const int line = pair.first.Mark().line + 1;
    const std::string where = name + ":" + std::to_string(line);
    if (!pair.first.IsScalar()) {
      problems.push_back({where, "a key must be a plain word"});
      continue;
    }
    const std::string key = prefix + pair.first.Scalar();
    const auto [seen, fresh] = first_line.emplace(key, line);
    if (!fresh) {
      problems.push_back(
          {where, "key '" + key + "' was already given in line " + std::to_string(seen->second)});
      continue;
    }
    if (pair.second.IsMap() && pair.second.size() > 0)
      flatten(pair.second, key + ".", name, entries, problems);
    else
      entries.push_back({key, pair.second, {Origin::Kind::kFile, where}});
  }
}

// A value that is no YAML by itself ("a: b: c") is taken as text.
YAML::Node value_of(const std::string& text) {
  try {
    return YAML::Load(text);
  } catch (const YAML::Exception&) {
    return YAML::Node(text);
  }
}

}  // namespace

std::vector<Entry> entries_of(const std::string& yaml,
                              const std::string& name,
                              std::vector<Problem>& problems) {
  const YAML::Node root = parse(yaml, name);
  std::vector<Entry> entries;
  if (root.IsNull()) return entries;
  if (!root.IsMap()) throw core::UserError("expected a map of keys", place(name, root.Mark()));
  flatten(root, "", name, entries, problems);
  return entries;
}

void add_overrides(const std::vector<std::string>& overrides,
                   std::vector<Entry>& entries,
                   std::vector<Problem>& problems) {
  const Origin origin{Origin::Kind::kCommandLine, "command line"};
  std::set<std::string> given;
  for (const auto& text : overrides) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      problems.push_back({origin.text, "expected key=value, got '" + text + "'"});
      continue;
    }
    const std::string key(core::trim(text.substr(0, equals)));
    if (!given.insert(key).second)
      problems.push_back({origin.text, "key '" + key + "' is given twice"});
    entries.push_back({key, value_of(text.substr(equals + 1)), origin});
  }
}

}  // namespace vegttt::config

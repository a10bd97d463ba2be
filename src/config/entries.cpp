#include "entries.h"

#include <algorithm>
#include <map>
#include <set>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/core/utf8.h"

namespace vegttt::config {
namespace {

std::string place(const std::string& name, const YAML::Mark& mark) {
  return mark.is_null() ? name : name + ":" + std::to_string(mark.line + 1);
}

YAML::Node parse(const std::string& yaml, const std::string& name) {
  if (const int line = core::first_line_not_utf8(yaml); line > 0)
    throw core::UserError("not valid UTF-8", name + ":" + std::to_string(line));
  try {
    const auto documents = YAML::LoadAll(yaml);
    if (documents.size() > 1)
      throw core::UserError("a second document begins: an experiment is one",
                            place(name, documents[1].Mark()));
    return documents.empty() ? YAML::Node() : documents[0];
  } catch (const YAML::Exception& e) {
    throw core::UserError("not valid YAML: " + e.msg, place(name, e.mark));
  }
}

using FirstLines = std::map<std::string, int>;

// No group is this deep; an alias to what it stands in has no end.
constexpr std::ptrdiff_t kDeepest = 8;

// Walks maps; every other value is a leaf. `first_line` holds whole keys: `a.b` and b in a are the
// same one.
void flatten(const YAML::Node& map,
             const std::string& prefix,
             const std::string& name,
             FirstLines& first_line,
             std::vector<Entry>& entries,
             std::vector<Problem>& problems) {
  if (std::count(prefix.begin(), prefix.end(), '.') > kDeepest) {
    problems.push_back({place(name, map.Mark()), "keys are nested too deeply"});
    return;
  }
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
      flatten(pair.second, key + ".", name, first_line, entries, problems);
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
  FirstLines first_line;
  flatten(root, "", name, first_line, entries, problems);
  return entries;
}

Given given_of(const Entry& entry, const std::string& key) {
  Given given{key, YAML::Dump(entry.value), {}, entry.origin};
  if (entry.value.IsSequence()) {
    for (const auto& item : entry.value) given.items.push_back(YAML::Dump(item));
  }
  return given;
}

void add_given(const std::vector<Given>& given, std::vector<Entry>& entries) {
  for (const auto& one : given) entries.push_back({one.key, value_of(one.value), one.origin});
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

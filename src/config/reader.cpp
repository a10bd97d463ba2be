#include "vegttt/config/reader.h"

#include <algorithm>
#include <type_traits>

#include "conversion.h"
#include "entries.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::config {

struct FieldReader::Impl {
  std::string name;
  std::vector<Entry> entries;
  std::vector<Problem> problems;
  Origins origins;
  std::vector<std::string> known;   // every key that a field asked for
  std::vector<std::string> groups;  // every group
  std::string prefix;

  std::string suggestion(const std::string& key) const;
  std::string reason_unknown(const Entry& entry) const;
};

namespace {

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

// On the command line `tasks.ids=4,5` is a list as well.
template <class T>
YAML::Node as_list(const Entry& entry, const std::vector<T>&) {
  if (entry.origin.kind != Origin::Kind::kCommandLine || !entry.value.IsScalar())
    return entry.value;
  YAML::Node list(YAML::NodeType::Sequence);
  for (const auto part : core::split(entry.value.Scalar(), ','))
    list.push_back(std::string(core::trim(part)));
  return list;
}

template <class T>
YAML::Node as_list(const Entry& entry, const T&) {
  return entry.value;
}

}  // namespace

FieldReader::FieldReader(const std::string& yaml,
                         const std::string& name,
                         const std::vector<std::string>& overrides,
                         const std::vector<Given>& given)
    : impl_(std::make_unique<Impl>()) {
  impl_->name = name;
  impl_->entries = entries_of(yaml, name, impl_->problems);
  add_given(given, impl_->entries);
  add_overrides(overrides, impl_->entries, impl_->problems);
}

FieldReader::~FieldReader() = default;

std::string FieldReader::peek(const std::string& key) const {
  std::string value;
  for (const auto& entry : impl_->entries) {
    if (entry.key == key && entry.value.IsScalar()) value = entry.value.Scalar();
  }
  return value;
}

std::vector<std::string> FieldReader::names_in(const std::string& group) {
  impl_->groups.push_back(group);
  std::vector<std::string> names;
  for (auto& entry : impl_->entries) {
    if (!core::starts_with(entry.key, group + ".")) continue;
    const std::string rest = entry.key.substr(group.size() + 1),
                      name = rest.substr(0, rest.find('.'));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    impl_->groups.push_back(group + "." + name);  // it may be empty
  }
  return names;
}

std::vector<Given> FieldReader::take(const std::string& group) {
  impl_->groups.push_back(group);
  std::vector<Given> taken;
  for (auto& entry : impl_->entries) {
    if (!core::starts_with(entry.key, group + ".")) continue;
    entry.used = true;
    impl_->origins[entry.key] = entry.origin;
    taken.push_back(given_of(entry, entry.key.substr(group.size() + 1)));
  }
  return taken;
}

void FieldReader::complain(const std::string& key, const std::string& what) {
  const auto origin = impl_->origins.find(key);
  const std::string where =
      origin == impl_->origins.end() || origin->second.kind == Origin::Kind::kDefault
          ? impl_->name
          : origin->second.text;
  impl_->problems.push_back({where, key + ": " + what});
}

const Origins& FieldReader::origins() const { return impl_->origins; }

void FieldReader::enter(const char* name) {
  impl_->groups.push_back(impl_->prefix + name);
  impl_->prefix += std::string(name) + ".";
}

void FieldReader::leave() {
  impl_->prefix.pop_back();
  impl_->prefix.erase(impl_->prefix.rfind('.') + 1);
}

template <class T>
void FieldReader::read_any(const char* name, T& value) {
  const std::string key = impl_->prefix + name;
  impl_->known.push_back(key);
  impl_->origins.try_emplace(key, Origin{Origin::Kind::kDefault, "default"});
  for (auto& entry : impl_->entries) {
    if (entry.key != key) continue;
    entry.used = true;
    std::string expected;
    if (convert(as_list(entry, value), value, expected))
      impl_->origins[key] = entry.origin;
    else
      impl_->problems.push_back(
          {entry.origin.text,
           key + ": expected " + expected + ", got " + text_of_node(entry.value)});
  }
}

void FieldReader::read_value(const char* name, bool& value) { read_any(name, value); }
void FieldReader::read_value(const char* name, int& value) { read_any(name, value); }
void FieldReader::read_value(const char* name, std::int64_t& value) { read_any(name, value); }
void FieldReader::read_value(const char* name, double& value) { read_any(name, value); }
void FieldReader::read_value(const char* name, std::string& value) { read_any(name, value); }
void FieldReader::read_value(const char* name, std::vector<int>& value) { read_any(name, value); }
void FieldReader::read_value(const char* name, std::vector<std::int64_t>& value) {
  read_any(name, value);
}
void FieldReader::read_value(const char* name, std::vector<double>& value) {
  read_any(name, value);
}
void FieldReader::read_value(const char* name, std::vector<std::string>& value) {
  read_any(name, value);
}
void FieldReader::read_value(const char* name, std::map<std::string, double>& value) {
  read_any(name, value);
}
void FieldReader::read_value(const char* name, std::optional<int>& value) { read_any(name, value); }
void FieldReader::read_value(const char* name, std::optional<double>& value) {
  read_any(name, value);
}

// The nearest key in full; where the group was forgotten, the one key whose last part is meant.
std::string FieldReader::Impl::suggestion(const std::string& key) const {
  std::vector<std::string> last_parts;
  for (const auto& one : known) last_parts.push_back(last_part(one));
  const std::string meant = core::nearest(last_part(key), last_parts);
  if (!meant.empty() && std::count(last_parts.begin(), last_parts.end(), meant) == 1)
    return known[static_cast<std::size_t>(std::find(last_parts.begin(), last_parts.end(), meant) -
                                          last_parts.begin())];
  return core::nearest(key, known);
}

std::string FieldReader::Impl::reason_unknown(const Entry& entry) const {
  if (std::find(groups.begin(), groups.end(), entry.key) != groups.end())
    return "'" + entry.key + "' is a group of keys, got " + text_of_node(entry.value);
  const std::string near = suggestion(entry.key);
  return "unknown key '" + entry.key + "'" +
         (near.empty() ? "" : " - did you mean '" + near + "'?");
}

void FieldReader::throw_if_wrong() const {
  std::vector<Problem> problems = impl_->problems;
  for (const auto& entry : impl_->entries) {
    const bool empty_group =
        !entry.value.IsDefined() || entry.value.IsNull() || entry.value.IsMap();
    const bool group =
        std::find(impl_->groups.begin(), impl_->groups.end(), entry.key) != impl_->groups.end();
    if (!entry.used && !(group && empty_group))
      problems.push_back({entry.origin.text, impl_->reason_unknown(entry)});
  }
  if (problems.empty()) return;
  const std::string try_this = "vegttt config show: every key with its meaning";
  if (problems.size() == 1) throw core::UserError(problems[0].what, problems[0].where, try_this);
  std::string list = std::to_string(problems.size()) + " mistakes";
  for (const auto& problem : problems) list += "\n  " + problem.where + ": " + problem.what;
  throw core::UserError(list, impl_->name, try_this);
}

}  // namespace vegttt::config

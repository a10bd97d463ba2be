#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace vegttt::core {

// Keys keep the order in which they were written, so that files can be read by people and diffed.
using Json = nlohmann::ordered_json;

// One line (indent < 0) or indented text. Invalid UTF-8 becomes U+FFFD, since a sampled token
// stream can hold it. Throws InternalError on a number that is not finite: use `finite_or_name` for
// those.
std::string dump_json(const Json& json, int indent = -1);

// A JSON number, or one of the strings "nan", "inf", "-inf" (JSON has no such numbers).
Json finite_or_name(double value);
// The inverse. Throws UserError when it is neither.
double number_of(const Json& json);

// Parses; throws UserError naming `where` on bad syntax.
Json parse_json(std::string_view text, const std::string& where);

// The member `key` as T; throws UserError naming `where` and the key when missing or of another
// type.
template <class T>
T get(const Json& json, const char* key, const std::string& where = "");

[[noreturn]] void throw_bad_member(const std::string& where, const char* key, const char* reason);

template <class T>
T get(const Json& json, const char* key, const std::string& where) {
  const auto found = json.find(key);
  if (found == json.end()) throw_bad_member(where, key, "missing");
  try {
    return found->get<T>();
  } catch (const nlohmann::json::exception& e) {
    throw_bad_member(where, key, e.what());
  }
}

// As above, or `fallback` when the member is missing or null.
template <class T>
T get_or(const Json& json, const char* key, T fallback) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return fallback;
  return found->get<T>();
}

}  // namespace vegttt::core

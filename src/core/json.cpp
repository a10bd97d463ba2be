#include "vegttt/core/json.h"

#include <cmath>
#include <limits>

#include "vegttt/core/error.h"
#include "vegttt/core/json_error.h"

namespace vegttt::core {
namespace {

// nlohmann writes non-finite numbers as null, which would read back as "absent".
void require_finite(const Json& json) {
  if (json.is_number_float() && !std::isfinite(json.get<double>()))
    throw InternalError("a number that is not finite was about to be written as JSON");
  if (!json.is_structured()) return;
  for (const auto& member : json) require_finite(member);
}

std::string without_prefix(const std::string& text) {
  const auto end = text.find("] ");
  return text.starts_with("[json.exception") && end != std::string::npos ? text.substr(end + 2)
                                                                         : text;
}

}  // namespace

std::string reason_of(const nlohmann::json::exception& error) {
  return without_prefix(error.what());
}

std::string dump_json(const Json& json, int indent) {
  require_finite(json);
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json finite_or_name(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}

double number_of(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (json == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (json == "inf") return std::numeric_limits<double>::infinity();
  if (json == "-inf") return -std::numeric_limits<double>::infinity();
  throw UserError("expected a number, got " +
                  json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json parse_json(std::string_view text, const std::string& where) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::exception& e) {
    throw UserError("not valid JSON: " + reason_of(e), where);
  }
}

void throw_bad_member(const std::string& where, const char* key, const char* reason) {
  throw UserError("member '" + std::string(key) + "': " + without_prefix(reason), where);
}

}  // namespace vegttt::core

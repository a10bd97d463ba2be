#include "vegttt/core/json_lines.h"

#include "vegttt/core/error.h"
#include "vegttt/core/json_error.h"
#include "vegttt/core/text.h"

namespace vegttt::core {

void for_each_json_line(const fs::path& file, const std::function<void(const Json&)>& line) {
  if (!fs::exists(file)) return;
  const std::string text = read_file(file);
  const std::string_view whole = std::string_view(text).substr(0, text.rfind('\n') + 1);
  int number = 0;
  for (const auto one : lines_of(whole)) {
    const std::string where = file.string() + ":" + std::to_string(++number);
    const Json json = parse_json(one, where);
    try {
      line(json);
    } catch (const UserError& e) {
      throw UserError(e.what(), where, e.try_this());
    } catch (const Json::exception& e) {
      throw UserError(reason_of(e), where);
    }
  }
}

}  // namespace vegttt::core

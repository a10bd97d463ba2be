#include "vegttt/core/json_lines.h"

#include "vegttt/core/text.h"

namespace vegttt::core {

void for_each_json_line(const fs::path& file, const std::function<void(const Json&)>& line) {
  if (!fs::exists(file)) return;
  const std::string text = read_file(file);
  const std::string_view whole = std::string_view(text).substr(0, text.rfind('\n') + 1);
  int number = 0;
  for (const auto one : lines_of(whole))
    line(parse_json(one, file.string() + ":" + std::to_string(++number)));
}

}  // namespace vegttt::core

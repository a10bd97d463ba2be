#pragma once

#include <functional>

#include "vegttt/core/file.h"
#include "vegttt/core/json.h"

namespace vegttt::core {

// Calls `line` for every complete line of a file of JSON lines; a torn last line is left out, a
// missing file has none. Throws UserError with file:line on bad syntax.
void for_each_json_line(const fs::path& file, const std::function<void(const Json&)>& line);

}  // namespace vegttt::core

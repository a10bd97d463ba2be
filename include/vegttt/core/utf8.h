#pragma once

#include <string_view>

namespace vegttt::core {

// Line (from 1) of the first byte that is not UTF-8, 0 when there is none.
int first_line_not_utf8(std::string_view bytes);

}  // namespace vegttt::core

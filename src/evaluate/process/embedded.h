#pragma once

#include <string_view>

namespace vegttt::evaluate {

// Files that the binary carries (embedded.S).
std::string_view embedded_runner();
std::string_view embedded_prelude();

}  // namespace vegttt::evaluate

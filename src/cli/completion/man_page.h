#pragma once

#include <string>

#include "completion/command_tree.h"

namespace vegttt::cli {

// The manual in the language of man(7).
std::string man_page(const Node& root);

}  // namespace vegttt::cli

#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace vegttt::core {

// What the parser says, without the name of its exception in front.
std::string reason_of(const nlohmann::json::exception& error);

}  // namespace vegttt::core

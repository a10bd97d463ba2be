// What may stand inside the functions of a compiled program.
#pragma once

#include <string>
#include <string_view>

namespace vegttt::evaluate::ptx {

// Compilers put nothing of module scope into a function, inline assembly can. "" or what is wrong.
std::string objection_to_body(std::string_view body);

}  // namespace vegttt::evaluate::ptx

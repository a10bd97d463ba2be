#pragma once

#include <string>

namespace vegttt::scaffold {

// One phrase for prompts: "2 CPU cores with AVX-512".
std::string machine_text(const std::string& dialect);

}  // namespace vegttt::scaffold

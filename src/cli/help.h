#pragma once

#include <string>

namespace vegttt::cli {

std::string overview();          // `vegttt help`
std::string exit_codes_table();  // `vegttt help exit-codes`
std::string version_line();

}  // namespace vegttt::cli

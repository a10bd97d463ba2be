#pragma once

#include <string>
#include <vector>

#include "vegttt/core/error.h"

namespace vegttt::cli {

struct ExitCodeRow {
  core::ExitCode code;
  std::string meaning;
};
const std::vector<ExitCodeRow>& exit_codes();

std::string overview();          // `vegttt help`
std::string exit_codes_table();  // `vegttt help exit-codes`
std::string version_line();

}  // namespace vegttt::cli

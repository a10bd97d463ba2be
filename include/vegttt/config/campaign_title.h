#pragma once

#include <algorithm>
#include <cctype>
#include <string>

namespace vegttt::config {

// Tables of runs that spent different amounts are made only where the campaign's title says so.
inline bool admits_unequal_budgets(std::string title) {
  std::transform(title.begin(), title.end(), title.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return title.find("unequal budget") != std::string::npos;
}

}  // namespace vegttt::config

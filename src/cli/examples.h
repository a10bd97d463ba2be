// What stands at the end of a help page and in the manual: commands that can be typed as they are.
#pragma once

#include <string>
#include <vector>

namespace vegttt::cli {

struct Example {
  std::string command;  // the whole line
  std::string does;
};

// Of a verb ("adapt") or a nested one ("tasks show").
std::vector<Example> examples_of(const std::string& path);
// "Examples:" and two lines for each; "" when there are none.
std::string examples_text(const std::string& path);

}  // namespace vegttt::cli

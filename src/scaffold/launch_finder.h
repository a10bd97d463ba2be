#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vegttt::scaffold {

// A definition `... launch(parameters) {` in a source text.
struct LaunchDefinition {
  int line = 0;                         // 1-based, of the name
  std::vector<std::string> parameters;  // as written, trimmed
  std::string before;                   // what precedes the name since the last ; or }
};

// Comments and literals replaced by spaces, newlines kept: positions stay the same.
std::string without_comments_and_literals(std::string_view source);

// Every definition of a function named `launch`, in file order. A reader of text, not of C++:
// macros and templates are the compiler's business, this only finds what can be said more helpfully
// before it runs.
std::vector<LaunchDefinition> find_launch_definitions(std::string_view source);

}  // namespace vegttt::scaffold

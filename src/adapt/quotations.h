// Compilers quote the source that they complain about; a teacher must not read it.
#pragma once

#include <string>

namespace vegttt::adapt {

// `text` without what it shares with `code` and not with `known`, white space and quotation marks
// left out of the comparison. A line that repeats a whole line of the code, however short, is left
// out with the marks below it (gcc: "3 | x = y;"; NVRTC and nvcc: the bare line). Elsewhere three
// tokens in a row, or sixteen characters, become "[..]". A name by itself stays: without it "was
// not declared" says nothing.
std::string without_code(const std::string& text,
                         const std::string& code,
                         const std::string& known);

}  // namespace vegttt::adapt

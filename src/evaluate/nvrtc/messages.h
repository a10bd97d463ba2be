#pragma once

#include <string>
#include <string_view>

namespace vegttt::evaluate::nvrtc {

// ptxas's messages about `ptx` as a compiler's, one a line, for a model to read: "candidate: error:
// kernel 'k<64>' uses too much shared data (1048576 bytes, 232448 max)".
std::string readable_messages(std::string_view messages, std::string_view ptx);

}  // namespace vegttt::evaluate::nvrtc

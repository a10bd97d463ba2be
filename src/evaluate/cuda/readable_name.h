#pragma once

#include <string>

namespace vegttt::evaluate {

// As a model wrote it: "_Z1kILi64EEvPKfPf" is "k<64>", "_ZZ1kPfE5calls" is "calls". Other names
// stay. At most 200 characters, those of very long names as they were.
std::string readable_name(const std::string& decorated);

}  // namespace vegttt::evaluate

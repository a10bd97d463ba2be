#pragma once

#include <string>

namespace vegttt::adapt {

// The code of a completion; all of it where none can be told apart.
std::string code_of(const std::string& completion);

// A kernel's text without comments and without white space that means nothing: what two rollouts
// must share to be the same kernel. Names and numbers stay.
std::string normalised_kernel(const std::string& code);

}  // namespace vegttt::adapt

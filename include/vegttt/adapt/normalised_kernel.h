#pragma once

#include <string>

namespace vegttt::adapt {

// A kernel's text without comments and without white space that means nothing: what two rollouts
// must share to be the same kernel. Names and numbers stay.
std::string normalised_kernel(const std::string& code);

}  // namespace vegttt::adapt

#pragma once

#include <string>

namespace vegttt::core {

// What to do about an errno of a file that could not be written, as the end of a message; "" where
// it says enough.
std::string advice_on(int error);

}  // namespace vegttt::core

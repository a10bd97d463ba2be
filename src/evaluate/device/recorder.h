#pragma once

#include <string_view>

#include "protocol.h"

namespace vegttt::evaluate::device {

// Runs `launch` of the program twice by one thread, over address space that is reserved and not
// mapped, and writes both recordings to the file. Throws Failed.
void record(const Request& request, std::string_view cubin, int file);

}  // namespace vegttt::evaluate::device

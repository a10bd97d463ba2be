// What the processes around NVRTC give up before they read anything of a candidate.
#pragma once

#include <string>
#include <vector>

namespace vegttt::evaluate::nvrtc {

// The process that compiles: it reads these folders and nothing else, writes to what it has open,
// starts nothing. True when closed in as far as this kernel can.
bool close_in(const std::vector<std::string>& folders);

// The process that becomes ptxas: it may also run that program and load its libraries.
bool close_in_for(const std::string& program);

}  // namespace vegttt::evaluate::nvrtc

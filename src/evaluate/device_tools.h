// Where the parts of CUDA's tool chain are that candidates are compiled with: found once a process.
#pragma once

#include <string>
#include <vector>

namespace vegttt::evaluate {

struct DeviceTools {
  std::string nvrtc;                 // the library
  std::string assembler;             // ptxas
  std::vector<std::string> folders;  // of headers
  std::string version;               // of all of them, for keys of caches
};

// MachineError that says what is missing and how to get it.
const DeviceTools& device_tools();

// The first of these programs that is a ptxas of at least this version; what `--version` printed
// goes to `version`. "" when there is none.
std::string find_assembler(const std::vector<std::string>& candidates,
                           int major,
                           int minor,
                           std::string& version);

}  // namespace vegttt::evaluate

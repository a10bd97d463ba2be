// What the driver says about a GPU without a context on it.
#pragma once

#include <string>

namespace vegttt::evaluate::cuda {

// What candidates are compiled for where no GPU can be asked; nothing is run there.
inline constexpr const char* kCompileOnlyArchitecture = "90a";

// "90a" for compute capability 9.0. kCompileOnlyArchitecture without a driver. UserError when there
// is a driver but no such device.
std::string device_architecture(int device);

// These need a driver; MachineError when it refuses.
std::string device_name(int device);  // "NVIDIA H200, CUDA 13.0"
std::string device_bus(int device);   // "00000000:1B:00.0"

}  // namespace vegttt::evaluate::cuda

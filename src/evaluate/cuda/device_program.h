#pragma once

#include <sys/types.h>

namespace vegttt::evaluate {

// Starts the program that records and executes (src/evaluate/device), which this one carries, from
// memory: a process group of its own, nothing open but `control`, of the environment only what the
// driver needs. MachineError.
pid_t start_device_program(int control);

}  // namespace vegttt::evaluate

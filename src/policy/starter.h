// The policy that the program carries.
#pragma once

#include "vegttt/core/file.h"

namespace vegttt::policy {

// A model folder with the carried starter, in the user's cache, written when it is not there yet.
// Throws MachineError when it cannot be written.
core::fs::path carried_starter();

}  // namespace vegttt::policy

#pragma once

#include "vegttt/core/file.h"

namespace vegttt::core {

// $VEGTTT_CACHE, else $XDG_CACHE_HOME/vegttt, else ~/.cache/vegttt: the rule of scripts/setup.
// MachineError when none of the three is set.
fs::path cache_folder();

}  // namespace vegttt::core

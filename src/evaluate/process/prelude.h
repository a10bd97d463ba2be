#pragma once

#include "tool_chain.h"

namespace vegttt::evaluate {

// The folder with vegttt_candidate.h and its precompiled form for this tool chain, made in the
// user's cache when it is not there yet (1-2 s). Safe when several processes do it at once.
// MachineError.
core::fs::path prelude_folder(const ToolChain& chain);

}  // namespace vegttt::evaluate

#pragma once

#include <cstddef>
#include <vector>

#include "vegttt/runner/protocol.h"

namespace vegttt::runner {

// As in kernels/prelude/cpp/vegttt_candidate.h, field by field.
struct Workspace {
  unsigned char* base;
  std::size_t capacity, used;
};

struct Session {
  Setup setup;
  std::vector<void*> buffers;  // of the candidate: inputs, then the output
  Workspace workspace;
  int library = -1;  // descriptor
};

// Waits for the judge's setup message, maps what it names and closes every other descriptor.
// Exits with kSetupFailed when the judge is gone or memory is short.
Session receive_session();

}  // namespace vegttt::runner

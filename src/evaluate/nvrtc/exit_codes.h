#pragma once

namespace vegttt::evaluate::nvrtc {

enum ExitCode : int {
  kCompiled = 0,
  kRejected = 10,       // the log says why
  kMachineFailed = 11,  // before the source was read
  kCrashed = 12,        // the compiler or the assembler, on this source
};

}  // namespace vegttt::evaluate::nvrtc

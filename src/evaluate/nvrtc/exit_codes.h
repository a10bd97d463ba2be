#pragma once

namespace vegttt::evaluate::nvrtc {

enum ExitCode : int { kCompiled = 0, kRejected = 10, kMachineFailed = 11 };

}  // namespace vegttt::evaluate::nvrtc

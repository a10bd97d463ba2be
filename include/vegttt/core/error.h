// The ways a run can fail that are not data. A sampled kernel that fails is data: see
// records/evaluation.h.
#pragma once

#include <stdexcept>
#include <string>

namespace vegttt::core {

// Process exit codes; printed by `vegttt help exit-codes` and tested one by one.
enum class ExitCode : int {
  kDone = 0,
  kInternal = 1,       // a mistake of ours
  kUsage = 2,          // command line
  kConfig = 3,         // config or input file invalid
  kMachine = 4,        // the machine is not fit; `vegttt doctor` says why
  kNotPassed = 5,      // `eval`: the kernel did not pass
  kEndedEarly = 6,     // the run stopped early and can be resumed
  kInterrupted = 130,  // SIGINT, state saved
  kTerminated = 143,   // SIGTERM, state saved
};

// Base of everything that `main` maps to an exit code and one line on stderr.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

// The user wrote something wrong. `where` names file:line, key or flag ("" when there is none);
// `try_this` is the next thing to do ("" when there is none). Printed as "error: where: what" and
// an indented second line "try: try_this".
class UserError : public Error {
 public:
  UserError(std::string what_is_wrong,
            std::string where = "",
            std::string try_this = "",
            ExitCode code = ExitCode::kConfig);
  const std::string& try_this() const { return try_this_; }

 private:
  std::string try_this_;
};

// A wrong command line: exit 2.
class UsageError : public UserError {
 public:
  UsageError(std::string what_is_wrong, std::string where = "", std::string try_this = "")
      : UserError(
            std::move(what_is_wrong), std::move(where), std::move(try_this), ExitCode::kUsage) {}
};

// The machine failed: disk, memory, CUDA, a missing compiler. `call` names the failing call.
class MachineError : public Error {
 public:
  explicit MachineError(const std::string& message, const std::string& call = "");
};

// We made a mistake: exit 1.
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& message) : Error(ExitCode::kInternal, message) {}
};

// The run was asked to stop (signal, --max-minutes); everything finished so far is on disk.
class Stopped : public Error {
 public:
  Stopped(ExitCode code, const std::string& message) : Error(code, message) {}
};

[[noreturn]] void assertion_failed(const char* condition,
                                   const char* what,
                                   const char* file,
                                   int line);

}  // namespace vegttt::core

// Never reachable from user input.
#define VEGTTT_ASSERT(condition, what) \
  ((condition) ? (void)0 : ::vegttt::core::assertion_failed(#condition, what, __FILE__, __LINE__))

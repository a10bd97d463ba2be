#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

std::string located(const std::string& where, const std::string& what) {
  return where.empty() ? what : where + ": " + what;
}

}  // namespace

UserError::UserError(std::string what_is_wrong,
                     std::string where,
                     std::string try_this,
                     ExitCode code)
    : Error(code, located(where, what_is_wrong)), try_this_(std::move(try_this)) {}

MachineError::MachineError(const std::string& message, const std::string& call)
    : Error(ExitCode::kMachine, call.empty() ? message : message + " (" + call + ")") {}

void assertion_failed(const char* condition, const char* what, const char* file, int line) {
  throw InternalError(std::string("internal error at ") + file + ":" + std::to_string(line) + ": " +
                      what + " [" + condition + "]");
}

}  // namespace vegttt::core

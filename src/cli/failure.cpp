#include "failure.h"

#include <filesystem>
#include <iostream>
#include <new>

#include "vegttt/core/error.h"
#include "vegttt/core/log.h"

namespace vegttt::cli {
namespace {

// LibTorch's messages go on with a list of stack frames.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool means_no_memory(const std::string& what) {
  return what.find("can't allocate memory") != std::string::npos;
}

int report(const core::Error& e) {
  core::log(core::LogLevel::kError, e.what());
  return static_cast<int>(e.code());
}

}  // namespace

int report_failure(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const core::UserError& e) {
    const int code = report(e);
    if (!e.try_this().empty()) std::cerr << "  try: " << e.try_this() << "\n";
    return code;
  } catch (const core::Stopped& e) {
    std::cerr << e.what() << "\n";  // how to go on, also with -q
    return static_cast<int>(e.code());
  } catch (const core::Error& e) {
    return report(e);
  } catch (const std::filesystem::filesystem_error& e) {
    return report(core::MachineError(e.path1().string() + ": " + e.code().message()));
  } catch (const std::bad_alloc&) {
    return report(core::MachineError("out of memory"));
  } catch (const std::exception& e) {
    if (means_no_memory(e.what())) return report(core::MachineError("out of memory"));
    return report(core::InternalError("internal error: " + first_line(e.what())));
  }
}

}  // namespace vegttt::cli

#include "failure.h"

#include <filesystem>
#include <iostream>
#include <new>

#include "vegttt/core/error.h"
#include "vegttt/core/log.h"

namespace vegttt::cli {
namespace {

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
    return report(core::InternalError(std::string("internal error: ") + e.what()));
  }
}

}  // namespace vegttt::cli

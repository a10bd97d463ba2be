#include "vegttt/core/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// People read stderr, so only what is not plain news is labelled there; the file keeps times and
// levels.
const char* label_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug: ";
    case LogLevel::kInfo:
      return "";
    case LogLevel::kWarn:
      return "warning: ";
    case LogLevel::kError:
      return "error: ";
  }
  return "";
}

spdlog::logger& screen() {
  static spdlog::logger logger = [] {
    spdlog::logger made("screen", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern("%v");
    made.flush_on(spdlog::level::debug);
    return made;
  }();
  return logger;
}

std::shared_ptr<spdlog::logger>& file() {
  static std::shared_ptr<spdlog::logger> logger;
  return logger;
}

}  // namespace

void log(LogLevel level, const std::string& message) {
  // Messages are passed as arguments, never as format strings: they hold braces of generated code.
  screen().log(level_of(level), "{}{}", label_of(level), message);
  log_in_file(level, message);
}

void log_in_file(LogLevel level, const std::string& message) {
  if (file()) file()->log(level_of(level), "{}", message);
}

void set_log_level(LogLevel level) { screen().set_level(level_of(level)); }

void log_to_file(const std::string& path) {
  file().reset();
  if (path.empty()) return;
  try {
    auto made = std::make_shared<spdlog::logger>(
        "file", std::make_shared<spdlog::sinks::basic_file_sink_mt>(path));
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    made->set_level(spdlog::level::debug);
    made->flush_on(spdlog::level::debug);
    file() = made;
  } catch (const spdlog::spdlog_ex& e) {
    throw MachineError(path + ": the log cannot be opened: " + e.what(), "open");
  }
}

}  // namespace vegttt::core

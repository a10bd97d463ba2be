// The only header through which the program logs. spdlog stays behind it: torch ships another fmt,
// and a file that sees both does not compile.
#pragma once

#include <string>

namespace vegttt::core {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// To stderr, without a time stamp; `debug` lines only with -v. Results go to stdout, never through
// here.
void log(LogLevel level, const std::string& message);
inline void debug(const std::string& message) { log(LogLevel::kDebug, message); }
inline void info(const std::string& message) { log(LogLevel::kInfo, message); }
inline void warn(const std::string& message) { log(LogLevel::kWarn, message); }
void set_log_level(LogLevel level);
// To the file of log_to_file alone: what the screen is told later, by someone else.
void log_in_file(LogLevel level, const std::string& message);
// Copies every line to this file too (a run's logs/attempt_N.log). Empty path: no file.
void log_to_file(const std::string& path);

}  // namespace vegttt::core

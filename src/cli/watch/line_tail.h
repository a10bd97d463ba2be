#pragma once

#include <sys/types.h>

#include <functional>

#include "vegttt/core/file.h"
#include "vegttt/core/json.h"

namespace vegttt::cli {

// What was added to a file of JSON lines since the last look; the file is only read.
class LineTail {
 public:
  explicit LineTail(core::fs::path file) : file_(std::move(file)) {}

  // Calls `line` for every whole line that is new. When the file was replaced, shortened or removed
  // `begin_anew` comes first, and its lines are new again. True when anything was called.
  bool follow(const std::function<void()>& begin_anew,
              const std::function<void(const core::Json&)>& line);

 private:
  core::fs::path file_;
  ino_t inode_ = 0;
  off_t read_ = 0;  // bytes up to the end of the last whole line
};

}  // namespace vegttt::cli

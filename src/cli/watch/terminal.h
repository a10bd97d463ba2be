#pragma once

#include <string>
#include <vector>

#include "watch/screen.h"

namespace vegttt::cli {

// The terminal's other screen, for as long as this object lives: what was on it comes back.
class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Of standard output, as it is now.
  ScreenSize size() const;
  // Nothing is written when the lines are those already there.
  void draw(const std::vector<std::string>& lines);

 private:
  std::string drawn_;
};

}  // namespace vegttt::cli

#include "watch/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

// What the locale's variables say, the strongest first.
bool speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string text = value;
    return text.find("UTF-8") != std::string::npos || text.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

Terminal::Terminal() { std::cout << "\033[?1049h\033[?25l" << std::flush; }

Terminal::~Terminal() { std::cout << "\033[?25h\033[?1049l" << std::flush; }

ScreenSize Terminal::size() const {
  ScreenSize size;
  size.blocks = speaks_utf8();
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0) {
    size.columns = window.ws_col;
    size.rows = window.ws_row;
  }
  return size;
}

void Terminal::draw(const std::vector<std::string>& lines) {
  std::string text = "\033[H";
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += (i == 0 ? "" : "\r\n") + lines[i] + "\033[K";  // the rest of the line is cleared
  text += "\033[J";
  if (text == drawn_) return;
  std::cout << text << std::flush;
  drawn_ = std::move(text);
}

}  // namespace vegttt::cli

#include "watch/line_tail.h"

#include <sys/stat.h>

#include <fstream>

namespace vegttt::cli {

bool LineTail::follow(const std::function<void()>& begin_anew,
                      const std::function<void(const core::Json&)>& line) {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) status = {};
  bool called = false;
  if (read_ > 0 && (status.st_ino != inode_ || status.st_size < read_)) {
    begin_anew();
    read_ = 0;
    called = true;
  }
  inode_ = status.st_ino;
  if (status.st_size <= read_) return called;
  std::ifstream in(file_, std::ios::binary);
  in.seekg(read_);
  // A line without its end is still being written.
  for (std::string text; std::getline(in, text) && !in.eof();) {
    read_ += static_cast<off_t>(text.size()) + 1;
    line(core::parse_json(text, file_.string()));
    called = true;
  }
  return called;
}

}  // namespace vegttt::cli

#pragma once

#include <string>
#include <string_view>

namespace vegttt::evaluate {

// A file in memory, for another process to read or to fill.
class BytesFile {
 public:
  BytesFile(const std::string& name, std::string_view bytes);  // sealed
  explicit BytesFile(const std::string& name);                 // empty, writable
  ~BytesFile();
  BytesFile(const BytesFile&) = delete;
  BytesFile& operator=(const BytesFile&) = delete;
  int fd() const { return fd_; }
  std::string read() const;

 private:
  int fd_ = -1;
};

}  // namespace vegttt::evaluate

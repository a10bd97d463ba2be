#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace vegttt::core {

namespace fs = std::filesystem;

// The whole file. Throws UserError (where = path) when it cannot be read.
std::string read_file(const fs::path& path);

// Writes beside the target, flushes, renames: a reader sees the old or the new file, never half of
// one. Throws MachineError with errno's text (disk full, read-only folder).
void write_file_atomically(const fs::path& path, std::string_view contents);

// Creates the folder and its parents. Throws MachineError.
void make_folder(const fs::path& path);

// A folder of its own under the system's temporary folder, removed with everything in it on
// destruction.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& prefix = "vegttt");
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Appends whole lines to a file; each line is on disk (flushed to the kernel) when `append`
// returns. A torn last line left by a killed process is cut off on opening. Throws MachineError.
class LineAppender {
 public:
  explicit LineAppender(const fs::path& path);
  ~LineAppender();
  LineAppender(const LineAppender&) = delete;
  LineAppender& operator=(const LineAppender&) = delete;
  void append(std::string_view line);  // without the newline
  void sync();                         // fdatasync

 private:
  int fd_ = -1;
  fs::path path_;
};

}  // namespace vegttt::core

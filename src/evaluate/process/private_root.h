#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::evaluate {

// A file system that holds the tool chain and the folders given, and nothing else of the host: for
// a process that may be made to ask whether a file exists, which Landlock does not hide. Needs a
// user namespace, or root.
class PrivateRoot {
 public:
  enum class Kind { kReadOnly, kWritable };
  // An empty folder that exists; the new root is mounted over it, unseen outside.
  explicit PrivateRoot(const core::fs::path& mount_point);
  // The same path inside as outside; links of the host stay links. Missing paths are left out.
  void show(const core::fs::path& path, Kind kind);

  // In a child between fork and exec; async-signal-safe. Afterwards the working folder is `/`.
  bool enter() const;
  // Whether this machine lets us: tried once per process with a child of its own.
  static bool works();

 private:
  struct Step {
    enum Action { kFolder, kLink, kBindFolder, kBindFile } action;
    std::string path, target;  // below the mount point; what it shows
    bool writable = false;
  };
  void add_parents(const core::fs::path& path);
  bool take(const Step& step) const;
  std::string mount_point_, user_map_, group_map_;
  std::vector<Step> steps_;
};

}  // namespace vegttt::evaluate

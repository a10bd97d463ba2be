#include "builtin_files.h"

#include "vegttt/core/file.h"

namespace vegttt::tasks {

std::vector<BuiltinFile> builtin_task_files() {
  std::vector<BuiltinFile> files;
  for (const auto& entry : core::fs::directory_iterator(VEGTTT_SOURCE_DIR "/configs/tasks/level1")) {
    if (entry.path().extension() != ".yaml") continue;
    files.push_back({"configs/tasks/level1/" + entry.path().filename().string(), core::read_file(entry.path())});
  }
  return files;
}

}  // namespace vegttt::tasks

#include "runner_image.h"

#include <unistd.h>

#include "memory_file.h"
#include "vegttt/core/cache_folder.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt_embedded/vegttt_evaluate_process.h"

namespace vegttt::evaluate {
namespace {

namespace fs = core::fs;

std::string image_on_disk(std::string_view program) {
  const fs::path path = core::cache_folder() / "runner" / core::short_hash(program);
  if (fs::exists(path)) return path;
  core::make_folder(path.parent_path());
  const fs::path unfinished = path.string() + ".tmp" + std::to_string(::getpid());
  core::write_file_atomically(unfinished, program);
  fs::permissions(unfinished, fs::perms::owner_all);
  fs::rename(unfinished, path);
  return path;
}

std::string image() {
  const std::string_view program = carried::find_embedded("vegttt_runner").value();
  const int fd = make_memory_file("vegttt-runner", MemoryFile::kProgram);
  if (fd < 0) return image_on_disk(program);
  fill_memory_file(fd, program);
  // By the judge's number: the child that executes it closes its own descriptors first.
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd);
}

}  // namespace

const std::string& runner_path() {
  static const std::string path = image();
  return path;
}

}  // namespace vegttt::evaluate

#include "starter.h"

#include "vegttt/core/cache_folder.h"
#include "vegttt/core/hash.h"
#include "vegttt_embedded/vegttt_policy.h"

namespace vegttt::policy {
namespace {

// Names the folder, so that programs of different versions do not share one.
std::string identity() {
  std::string hashes;
  for (const auto& file : carried::embedded_files())
    hashes += std::string(file.path) + " " + core::short_hash(file.bytes) + "\n";
  return core::short_hash(hashes);
}

// Other processes may write the same file at the same moment, with the same bytes.
void write_if_absent(const core::fs::path& path, std::string_view bytes) {
  std::error_code absent;
  if (core::fs::file_size(path, absent) == bytes.size() && !absent) return;
  core::write_file_atomically(path, bytes);
}

}  // namespace

core::fs::path carried_starter() {
  static const core::fs::path folder =
      core::cache_folder() / "policies" / ("starter-" + identity());
  core::make_folder(folder);
  for (const auto& file : carried::embedded_files())
    write_if_absent(folder / file.path, file.bytes);
  return folder;
}

}  // namespace vegttt::policy

#include "compile_cache.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"

namespace vegttt::evaluate {
namespace {

namespace fs = core::fs;

constexpr std::size_t kHash = 64;

}  // namespace

CompileCache::CompileCache(fs::path folder, std::uint64_t most_bytes)
    : folder_(std::move(folder)), most_bytes_of_part_(most_bytes / 256) {}

fs::path CompileCache::path_of(const std::string& key) const {
  return folder_ / key.substr(0, 2) / key.substr(2);
}

// An entry is the hash of what follows, and that.
std::optional<std::string> CompileCache::find(const std::string& key) const {
  const fs::path path = path_of(key);
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  std::string entry;
  try {
    entry = core::read_file(path);
  } catch (const core::Error&) {
    return std::nullopt;  // removed by another process meanwhile
  }
  if (entry.size() < kHash || core::sha256(std::string_view(entry).substr(kHash)) !=
                                  std::string_view(entry).substr(0, kHash))
    return std::nullopt;
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
  return entry.substr(kHash);
}

void CompileCache::keep(const std::string& key, std::string_view bytes) const {
  const fs::path path = path_of(key);
  try {
    core::make_folder(path.parent_path());
    core::write_file_atomically(path, core::sha256(bytes) + std::string(bytes));
    make_room(path.parent_path());
  } catch (const core::MachineError&) {
    // A full or read-only disk costs time, not the run.
  }
}

// The least recently used go first.
void CompileCache::make_room(const fs::path& part) const {
  std::vector<std::tuple<fs::file_time_type, std::uint64_t, fs::path>> entries;
  std::uint64_t total = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(part, error)) {
    const std::uint64_t size = entry.file_size(error);
    if (error) continue;
    entries.emplace_back(entry.last_write_time(error), size, entry.path());
    total += size;
  }
  std::sort(entries.begin(), entries.end());
  for (const auto& [time, size, path] : entries) {
    if (total <= most_bytes_of_part_) return;
    fs::remove(path, error);
    total -= size;
  }
}

}  // namespace vegttt::evaluate

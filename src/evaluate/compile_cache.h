// What compilers made of sources, kept on disk by content. Safe under any number of writers;
// entries that were damaged are as good as none; bounded in size.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vegttt/core/file.h"

namespace vegttt::evaluate {

class CompileCache {
 public:
  // Folders of 256 parts, each of which is kept below its share of `most_bytes`.
  explicit CompileCache(core::fs::path folder, std::uint64_t most_bytes = std::uint64_t{1} << 30);

  // `key` is a SHA-256 in hex.
  std::optional<std::string> find(const std::string& key) const;
  // Nothing is kept where the folder cannot be written.
  void keep(const std::string& key, std::string_view bytes) const;

 private:
  core::fs::path path_of(const std::string& key) const;
  void make_room(const core::fs::path& part) const;

  core::fs::path folder_;
  std::uint64_t most_bytes_of_part_;
};

}  // namespace vegttt::evaluate

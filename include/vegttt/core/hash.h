#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vegttt::core {

// Lower-case hex SHA-256: identities that are written to disk.
std::string sha256(std::string_view bytes);
// Its first 12 characters: names of files and what people see.
std::string short_hash(std::string_view bytes);
// 64-bit FNV-1a of the bytes, mixed: keys of random streams, never identities.
std::uint64_t hash64(std::string_view bytes);

}  // namespace vegttt::core

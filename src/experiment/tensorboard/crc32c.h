#pragma once

#include <cstdint>
#include <string_view>

namespace vegttt::experiment::tensorboard {

// CRC-32 with Castagnoli's polynomial.
std::uint32_t crc32c(std::string_view bytes);
// As TensorFlow stores it: a checksum of bytes that hold checksums would be weak otherwise.
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace vegttt::experiment::tensorboard

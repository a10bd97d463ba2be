// The byte alphabet: printable stand-ins for the 256 bytes in vocabularies on disk.
#pragma once

#include <optional>
#include <string>

namespace vegttt::policy {

// UTF-8 of the character that stands for a byte.
std::string stand_in(unsigned char byte);
std::string to_stand_ins(const std::string& bytes);
// The bytes that a vocabulary entry stands for; nothing when it holds a character that stands for
// none.
std::optional<std::string> from_stand_ins(const std::string& text);

}  // namespace vegttt::policy

#include "tokenizer/bytes.h"

#include <array>
#include <unordered_map>

namespace vegttt::policy {
namespace {

std::string utf8(unsigned code) {
  if (code < 0x80) return {static_cast<char>(code)};
  return {static_cast<char>(0xC0 | code >> 6),
          static_cast<char>(0x80 | (code & 0x3F))};  // all are below 0x800
}

// Printable Latin-1 stands for itself, the others for U+0100 and on, in order.
std::array<std::string, 256> make_alphabet() {
  std::array<std::string, 256> alphabet;
  unsigned next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable =
        (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    alphabet[byte] = utf8(printable ? byte : next++);
  }
  return alphabet;
}

const std::array<std::string, 256>& alphabet() {
  static const std::array<std::string, 256> table = make_alphabet();
  return table;
}

const std::unordered_map<std::string, char>& bytes_by_stand_in() {
  static const std::unordered_map<std::string, char> table = [] {
    std::unordered_map<std::string, char> map;
    for (unsigned byte = 0; byte < 256; ++byte) map[alphabet()[byte]] = static_cast<char>(byte);
    return map;
  }();
  return table;
}

}  // namespace

std::string stand_in(unsigned char byte) { return alphabet()[byte]; }

std::string to_stand_ins(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) text += alphabet()[static_cast<unsigned char>(byte)];
  return text;
}

std::optional<std::string> from_stand_ins(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = static_cast<unsigned char>(text[i]) < 0x80 ? 1 : 2;
    const auto found = bytes_by_stand_in().find(text.substr(i, length));
    if (found == bytes_by_stand_in().end()) return std::nullopt;
    bytes += found->second;
    i += length;
  }
  return bytes;
}

}  // namespace vegttt::policy

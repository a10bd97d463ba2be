#include "tokenizer/characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>

namespace vegttt::policy {
namespace {

// Hugging Face's engine takes \s as the property White_Space.
bool is_white_space(char32_t c) {
  return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

struct Range {
  char32_t first, last;
  CharClass kind;
};

// Characters of Unicode 16 (Hugging Face's engine) that utf8proc 2.8 (Unicode 15) does not know.
// Sorted.
constexpr Range kNewer[] = {
    {0x897, 0x897, CharClass::kMark},       {0x1C89, 0x1C89, CharClass::kUpper},
    {0x1C8A, 0x1C8A, CharClass::kLower},    {0xA7CB, 0xA7CC, CharClass::kUpper},
    {0xA7CD, 0xA7CD, CharClass::kLower},    {0xA7DA, 0xA7DA, CharClass::kUpper},
    {0xA7DB, 0xA7DB, CharClass::kLower},    {0xA7DC, 0xA7DC, CharClass::kUpper},
    {0x105C0, 0x105F3, CharClass::kLetter}, {0x10D40, 0x10D49, CharClass::kNumber},
    {0x10D4A, 0x10D4F, CharClass::kLetter}, {0x10D50, 0x10D65, CharClass::kUpper},
    {0x10D69, 0x10D6D, CharClass::kMark},   {0x10D6F, 0x10D6F, CharClass::kLetter},
    {0x10D70, 0x10D85, CharClass::kLower},  {0x10EC2, 0x10EC4, CharClass::kLetter},
    {0x10EFC, 0x10EFC, CharClass::kMark},   {0x11380, 0x11389, CharClass::kLetter},
    {0x1138B, 0x1138B, CharClass::kLetter}, {0x1138E, 0x1138E, CharClass::kLetter},
    {0x11390, 0x113B5, CharClass::kLetter}, {0x113B7, 0x113B7, CharClass::kLetter},
    {0x113B8, 0x113C0, CharClass::kMark},   {0x113C2, 0x113C2, CharClass::kMark},
    {0x113C5, 0x113C5, CharClass::kMark},   {0x113C7, 0x113CA, CharClass::kMark},
    {0x113CC, 0x113D0, CharClass::kMark},   {0x113D1, 0x113D1, CharClass::kLetter},
    {0x113D2, 0x113D2, CharClass::kMark},   {0x113D3, 0x113D3, CharClass::kLetter},
    {0x113E1, 0x113E2, CharClass::kMark},   {0x116D0, 0x116E3, CharClass::kNumber},
    {0x11BC0, 0x11BE0, CharClass::kLetter}, {0x11BF0, 0x11BF9, CharClass::kNumber},
    {0x11F5A, 0x11F5A, CharClass::kMark},   {0x13460, 0x143FA, CharClass::kLetter},
    {0x16100, 0x1611D, CharClass::kLetter}, {0x1611E, 0x1612F, CharClass::kMark},
    {0x16130, 0x16139, CharClass::kNumber}, {0x16D40, 0x16D6C, CharClass::kLetter},
    {0x16D70, 0x16D79, CharClass::kNumber}, {0x18CFF, 0x18CFF, CharClass::kLetter},
    {0x1CCF0, 0x1CCF9, CharClass::kNumber}, {0x1E5D0, 0x1E5ED, CharClass::kLetter},
    {0x1E5EE, 0x1E5EF, CharClass::kMark},   {0x1E5F0, 0x1E5F0, CharClass::kLetter},
    {0x1E5F1, 0x1E5FA, CharClass::kNumber}, {0x2EBF0, 0x2EE5D, CharClass::kLetter},
};

CharClass newer_class(char32_t code) {
  const Range* range =
      std::upper_bound(std::begin(kNewer), std::end(kNewer), code, [](char32_t c, const Range& r) {
        return c < r.first;
      });
  if (range == std::begin(kNewer) || code > std::prev(range)->last) return CharClass::kOther;
  return std::prev(range)->kind;
}

CharClass look_up(char32_t code) {
  if (code == '\r' || code == '\n') return CharClass::kNewline;
  if (is_white_space(code)) return CharClass::kSpace;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
      return CharClass::kUpper;
    case UTF8PROC_CATEGORY_LL:
      return CharClass::kLower;
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return CharClass::kLetter;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return CharClass::kMark;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return CharClass::kNumber;
    case UTF8PROC_CATEGORY_CN:
      return newer_class(code);
    default:
      return CharClass::kOther;
  }
}

using Table = std::array<CharClass, 0x10000>;

std::unique_ptr<Table> make_table() {
  auto table = std::make_unique<Table>();
  for (char32_t code = 0; code < table->size(); ++code) (*table)[code] = look_up(code);
  return table;
}

// Everything but emoji and rare scripts.
const Table& table() {
  static const std::unique_ptr<Table> classes = make_table();
  return *classes;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

CharClass class_of(char32_t code) {
  static const Table& classes = table();
  return code < classes.size() ? classes[code] : look_up(code);
}

Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1, class_of(first)};
  char32_t code;
  std::uint32_t size;
  if (first < 0xE0) {
    code = (first & 0x1F) << 6 | (byte(1) & 0x3F);
    size = 2;
  } else if (first < 0xF0) {
    code = (first & 0x0F) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3F);
    size = 3;
  } else {
    code =
        (first & 0x07) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3F);
    size = 4;
  }
  return {code, size, class_of(code)};
}

Character character_before(std::string_view text, std::size_t at) {
  std::size_t begin = at - 1;
  while (begin > 0 && is_continuation(text[begin])) --begin;
  return character_at(text, begin);
}

bool is_word_character(char32_t code) {
  const auto in = [&](char32_t low, char32_t high) { return code >= low && code <= high; };
  // Symbols that Unicode counts as alphabetic: circled and squared letters.
  if (in(0x24B6, 0x24E9) || in(0x1F130, 0x1F149) || in(0x1F150, 0x1F169) || in(0x1F170, 0x1F189))
    return true;
  if (code == 0x200C || code == 0x200D) return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default: {
      const CharClass kind = class_of(code);
      return is_letter(kind) || kind == CharClass::kMark;
    }
  }
}

}  // namespace vegttt::policy

// What the pre-tokenizers' patterns ask of a character: Unicode's general category, folded to what
// they tell apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vegttt::policy {

enum class CharClass : std::uint8_t {
  kOther,    // none of the below: punctuation, symbols, controls, unassigned
  kSpace,    // White_Space but \r and \n
  kNewline,  // \r, \n
  kUpper,    // Lu, Lt
  kLower,    // Ll
  kLetter,   // Lm, Lo
  kMark,     // M
  kNumber,   // N
};

constexpr bool is_letter(CharClass c) { return c >= CharClass::kUpper && c <= CharClass::kLetter; }
constexpr bool is_space(CharClass c) { return c == CharClass::kSpace || c == CharClass::kNewline; }

struct Character {
  char32_t code = 0;
  std::uint32_t size = 0;  // bytes
  CharClass kind = CharClass::kOther;
};

// The character at `at` of valid UTF-8.
Character character_at(std::string_view text, std::size_t at);
// The one that ends before `at` > 0.
Character character_before(std::string_view text, std::size_t at);

CharClass class_of(char32_t code);
// Rust's regex \w: alphabetic, marks, decimal digits, connectors, joiners.
bool is_word_character(char32_t code);

}  // namespace vegttt::policy

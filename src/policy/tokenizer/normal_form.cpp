#include "tokenizer/normal_form.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "tokenizer/characters.h"
#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

struct Range {
  char32_t first, last;
};

// Marks that are younger than Unicode 9, which is what Hugging Face's library normalises by: it
// takes them for letters.
constexpr Range kYounger[] = {
    {0x7FD, 0x7FD},     {0x898, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},
    {0xC3C, 0xC3C},     {0xD3B, 0xD3C},     {0xEBA, 0xEBA},     {0x1715, 0x1715},
    {0x1ABF, 0x1ACE},   {0x1DF6, 0x1DFA},   {0xA82C, 0xA82C},   {0x10D24, 0x10D27},
    {0x10EAB, 0x10EAC}, {0x10EFD, 0x10EFF}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85},
    {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E}, {0x11839, 0x1183A},
    {0x11930, 0x11930}, {0x1193D, 0x1193E}, {0x11943, 0x11943}, {0x119E0, 0x119E0},
    {0x11A34, 0x11A34}, {0x11A47, 0x11A47}, {0x11A99, 0x11A99}, {0x11D42, 0x11D42},
    {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x11F41, 0x11F42}, {0x16FF0, 0x16FF1},
    {0x1E08F, 0x1E08F}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF},
    {0x1E4EC, 0x1E4EF},
};

bool is_younger(char32_t c) {
  const Range* range = std::upper_bound(
      std::begin(kYounger), std::end(kYounger), c, [](char32_t code, const Range& r) {
        return code < r.first;
      });
  return range != std::begin(kYounger) && c <= std::prev(range)->last;
}

// Characters that neither change nor meet their neighbours. Blocks: Latin, Cyrillic and Greek
// letters without their combining marks, punctuation, kana, CJK, emoji. Hangul syllables are not: a
// trailing jamo would join them.
bool is_inert(char32_t c) {
  return c < 0x300 || (c >= 0x400 && c < 0x483) || (c >= 0x48A && c < 0x530) ||
         (c >= 0x37F && c < 0x400 && c != 0x387) || (c >= 0x2010 && c < 0x2070) ||
         (c >= 0x2190 && c < 0x2329) || (c >= 0x232B && c < 0x2ADC) ||
         (c >= 0x3001 && c < 0x302A) || (c >= 0x3041 && c < 0x3097) ||
         (c >= 0x30A0 && c < 0x3100) || (c >= 0x3400 && c < 0xA000) ||
         (c >= 0xFF01 && c < 0xFFE7) || (c >= 0x1F300 && c < 0x1FB00) || is_younger(c);
}

// Appends the composed form of a part that nothing outside can change.
void compose(std::string_view text, std::string& result) {
  utf8proc_uint8_t* composed = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()),
                   &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  VEGTTT_ASSERT(length >= 0, "valid UTF-8 can be normalised");
  result.append(reinterpret_cast<char*>(composed), static_cast<std::size_t>(length));
  std::free(composed);
}

}  // namespace

bool is_surely_nfc(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0xCC) {  // below U+0300
      ++at;
      continue;
    }
    const Character c = character_at(text, at);
    if (!is_inert(c.code)) return false;
    at += c.size;
  }
  return true;
}

// What lies between two inert characters is composed together with the first of them, which may
// take a mark.
std::string to_nfc(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  std::size_t copied = 0,
              last =
                  0;  // `last`: where the last inert character starts, or ends if it takes no mark
  for (std::size_t at = 0; at < text.size();) {
    Character c = character_at(text, at);
    if (is_inert(c.code)) {
      last = is_younger(c.code) ? at + c.size : at;
      at += c.size;
      continue;
    }
    result.append(text.substr(copied, last - copied));
    while (at < text.size() && !is_inert(c.code)) {
      at += c.size;
      if (at < text.size()) c = character_at(text, at);
    }
    compose(text.substr(last, at - last), result);
    copied = last = at;
  }
  return result.append(text.substr(copied));
}

}  // namespace vegttt::policy

// Alternatives are tried in the pattern's order, the first that matches counts, and each quantifier
// is greedy: the functions below are the alternatives.
#include "tokenizer/known_splits.h"

#include "tokenizer/characters.h"
#include "vegttt/policy/bpe_trainer.h"

namespace vegttt::policy {

const char* const kGpt2Split =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
const char* const kQwenSplit =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
const char* const kLlama3Split =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
const char* const kO200kSplit =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

namespace {

constexpr std::size_t kNone = 0;  // no match: a piece that starts somewhere ends behind it

// A view of the text whose end is an answer as well.
struct Scan {
  std::string_view text;

  bool ends(std::size_t at) const { return at >= text.size(); }
  Character at(std::size_t i) const { return character_at(text, i); }
  char byte(std::size_t i) const { return i < text.size() ? text[i] : '\0'; }

  template <class Accept>
  std::size_t run(std::size_t i, const Accept& accept) const {
    while (!ends(i)) {
      const Character c = at(i);
      if (!accept(c.kind)) break;
      i += c.size;
    }
    return i;
  }
};

bool is_symbol(CharClass c) { return c == CharClass::kOther || c == CharClass::kMark; }
// May stand in front of a word.
bool is_prefix(CharClass c) { return is_symbol(c) || c == CharClass::kSpace; }

// 's|'t|'re|'ve|'m|'ll|'d. Without regard to case, the long s is an s.
std::size_t contraction(const Scan& s, std::size_t at, bool any_case) {
  if (s.byte(at) != '\'') return kNone;
  const auto lower = [&](std::size_t i) {
    const char c = s.byte(i);
    return any_case && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  const char first = lower(at + 1), second = first ? lower(at + 2) : '\0';
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return at + 2;
  if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
      (first == 'l' && second == 'l'))
    return at + 3;
  if (any_case && s.text.substr(at + 1, 2) == "\xC5\xBF") return at + 3;
  return kNone;
}

// \s*[\r\n]+ (where `lines`), then \s+(?!\S), then \s+.
std::size_t spaces(const Scan& s, std::size_t at, bool lines) {
  std::size_t end = at, last = at, line_end = kNone;  // `last`: where the last character starts
  while (!s.ends(end)) {
    const Character c = s.at(end);
    if (!is_space(c.kind)) break;
    last = end;
    end += c.size;
    if (c.kind == CharClass::kNewline) line_end = end;
  }
  if (lines && line_end != kNone) return line_end;
  return s.ends(end) || last == at ? end : last;
}

std::size_t letters(const Scan& s, std::size_t at) { return s.run(at, is_letter); }

std::size_t digits(const Scan& s, std::size_t at, int most) {
  for (int i = 0; i < most && !s.ends(at); ++i) {
    const Character c = s.at(at);
    if (c.kind != CharClass::kNumber) break;
    at += c.size;
  }
  return at;
}

// ` ?[^\s\p{L}\p{N}]+` and what may follow; kNone when no symbol is there.
std::size_t symbols(const Scan& s, std::size_t at, bool lines, bool slashes) {
  const std::size_t begin = s.byte(at) == ' ' ? at + 1 : at;
  std::size_t end = s.run(begin, is_symbol);
  if (end == begin) return kNone;
  while (lines && (s.byte(end) == '\r' || s.byte(end) == '\n' || (slashes && s.byte(end) == '/')))
    ++end;
  return end;
}

// Digits, symbols and spaces: what is left when no word starts here.
template <int DIGITS, bool SLASHES>
std::size_t no_word(const Scan& s, std::size_t at, CharClass first) {
  if (first == CharClass::kNumber) return digits(s, at, DIGITS);
  if (const std::size_t end = symbols(s, at, true, SLASHES)) return end;
  return spaces(s, at, true);
}

// cl100k and its relatives.
template <int DIGITS>
std::size_t next_cl100k(std::string_view text, std::size_t at) {
  const Scan s{text};
  const Character c = s.at(at);
  if (is_letter(c.kind)) return letters(s, at + c.size);
  if (const std::size_t end = contraction(s, at, true)) return end;
  if (is_prefix(c.kind)) {
    const std::size_t begin = at + c.size, end = letters(s, begin);
    if (end > begin) return end;
  }
  return no_word<DIGITS, false>(s, at, c.kind);
}

std::size_t next_gpt2(std::string_view text, std::size_t at) {
  const Scan s{text};
  const Character c = s.at(at);
  if (is_letter(c.kind)) return letters(s, at + c.size);
  if (const std::size_t end = contraction(s, at, false)) return end;
  const auto numbers = [](CharClass kind) { return kind == CharClass::kNumber; };
  const std::size_t begin = c.code == ' ' ? at + 1 : at;
  if (const std::size_t end = letters(s, begin); end > begin) return end;
  if (const std::size_t end = s.run(begin, numbers); end > begin) return end;
  if (const std::size_t end = symbols(s, at, false, false)) return end;
  return spaces(s, at, false);
}

bool is_shared(CharClass c) { return c == CharClass::kLetter || c == CharClass::kMark; }
bool is_upper(CharClass c) { return c == CharClass::kUpper || is_shared(c); }
bool is_lower(CharClass c) { return c == CharClass::kLower || is_shared(c); }

// [upper]*[lower]+: when no lower one follows, the run of upper ones gives back up to the last that
// counts as both.
std::size_t word_ending_low(const Scan& s, std::size_t at) {
  std::size_t end = at, shared_end = kNone;
  while (!s.ends(end)) {
    const Character c = s.at(end);
    if (!is_upper(c.kind)) break;
    end += c.size;
    if (is_shared(c.kind)) shared_end = end;
  }
  const std::size_t low = s.run(end, is_lower);
  return low > end ? low : shared_end;
}

// [upper]+[lower]*
std::size_t word_starting_high(const Scan& s, std::size_t at) {
  const std::size_t end = s.run(at, is_upper);
  return end > at ? s.run(end, is_lower) : kNone;
}

std::size_t next_o200k(std::string_view text, std::size_t at) {
  const Scan s{text};
  const Character c = s.at(at);
  const std::size_t behind = at + c.size;
  const bool prefix = is_prefix(c.kind) && behind < text.size();
  std::size_t end = prefix ? word_ending_low(s, behind) : kNone;
  if (!end) end = word_ending_low(s, at);
  if (!end && prefix) end = word_starting_high(s, behind);
  if (!end) end = word_starting_high(s, at);
  if (end) {
    const std::size_t tail = contraction(s, end, true);
    return tail ? tail : end;
  }
  return no_word<3, true>(s, at, c.kind);
}

}  // namespace

NextPiece known_split(const std::string& pattern) {
  if (pattern == kQwenSplit) return next_cl100k<1>;
  if (pattern == kLlama3Split) return next_cl100k<3>;
  if (pattern == kO200kSplit) return next_o200k;
  if (pattern == kGpt2Split) return next_gpt2;
  return nullptr;
}

}  // namespace vegttt::policy

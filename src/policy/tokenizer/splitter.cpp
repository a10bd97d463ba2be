#define PCRE2_CODE_UNIT_WIDTH 8
#include "tokenizer/splitter.h"

#include <pcre2.h>

#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};

// Hugging Face's engine takes \s as the property White_Space; PCRE2's \s also has U+180E.
const char* const kSpaces =
    "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{"
    "205f}\\x{3000}";

std::string spell_out_spaces(const std::string& pattern) {
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char kind = pattern[++i];
      if (kind == 's') {
        out += in_class ? kSpaces : std::string("[") + kSpaces + "]";
      } else if (kind == 'S' && !in_class) {
        out += std::string("[^") + kSpaces + "]";
      } else {
        out += {c, kind};
      }
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    out += c;
  }
  return out;
}

}  // namespace

struct Splitter::Impl {
  std::unique_ptr<pcre2_code, FreeCode> code;
};

Splitter::Splitter(const std::string& pattern, const std::string& where)
    : known_(known_split(pattern)), impl_(std::make_unique<Impl>()) {
  const std::string spelled = spell_out_spaces(pattern);
  int error = 0;
  PCRE2_SIZE offset = 0;
  impl_->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(spelled.data()),
                                  spelled.size(),
                                  PCRE2_UTF | PCRE2_UCP,
                                  &error,
                                  &offset,
                                  nullptr));
  if (!impl_->code) {
    PCRE2_UCHAR text[256];
    pcre2_get_error_message(error, text, sizeof(text));
    throw core::UserError("the pre-tokenizer's pattern does not compile: " +
                              std::string(reinterpret_cast<char*>(text)),
                          where);
  }
  pcre2_jit_compile(impl_->code.get(), PCRE2_JIT_COMPLETE);  // without it matching is only slower
}

Splitter::~Splitter() = default;
Splitter::Splitter(Splitter&&) noexcept = default;

void Splitter::split_by_pattern(std::string_view text,
                                const std::function<void(std::string_view)>& piece) const {
  const std::unique_ptr<pcre2_match_data, FreeMatch> match(pcre2_match_data_create(1, nullptr));
  std::size_t at = 0;
  while (at < text.size()) {
    const auto attempt = [&](std::uint32_t options) {
      return pcre2_match(impl_->code.get(),
                         reinterpret_cast<PCRE2_SPTR>(text.data()),
                         text.size(),
                         at,
                         PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY | options,
                         match.get(),
                         nullptr);
    };
    int found = attempt(0);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
      found = attempt(PCRE2_NO_JIT);  // that one has the heap
    if (found < 0 && found != PCRE2_ERROR_NOMATCH)
      throw core::UserError("the pre-tokenizer's pattern gives up on this text (PCRE2 error " +
                            std::to_string(found) + ")");
    const PCRE2_SIZE* span = pcre2_get_ovector_pointer(match.get());
    const std::size_t begin = found < 0 ? text.size() : span[0];
    if (begin > at) piece(text.substr(at, begin - at));
    if (found < 0) return;
    piece(text.substr(begin, span[1] - begin));
    at = span[1];
  }
}

}  // namespace vegttt::policy

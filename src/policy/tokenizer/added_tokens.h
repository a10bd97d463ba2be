// Tokens that stand beside the vocabulary ("<|im_end|>") and are found before anything else is done
// to a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vegttt::policy {

struct AddedToken {
  std::string text;
  int id = 0;
  bool special = false;                 // left out of decoded text
  bool single_word = false;             // not inside a word
  bool lstrip = false, rstrip = false;  // takes the white space before, behind it
  bool normalized = false;              // looked for after normalisation
};

// Finds some of them: at the leftmost place, there the longest.
class AddedTokens {
 public:
  explicit AddedTokens(std::vector<AddedToken> tokens);
  // `plain(text)` for what lies between tokens (never empty), `token(id)` for each one, in order.
  template <class Plain, class Token>
  void split(std::string_view text, const Plain& plain, const Token& token) const {
    std::size_t behind = 0;  // of the last token
    for (std::size_t at = next_start(text, 0); at < text.size();) {
      const AddedToken* found = longest_at(text, at);
      if (!found) {
        at = next_start(text, at + 1);
        continue;
      }
      const Span span = span_of(*found, text, at, behind);
      at = next_start(text, at + found->text.size());
      if (span.end == 0) continue;
      if (behind < span.begin) plain(text.substr(behind, span.begin - behind));
      token(found->id);
      behind = span.end;
    }
    if (behind < text.size()) plain(text.substr(behind));
  }

 private:
  struct Span {
    std::size_t begin = 0, end = 0;  // end 0: does not count here
  };
  std::size_t next_start(std::string_view text, std::size_t at) const;
  const AddedToken* longest_at(std::string_view text, std::size_t at) const;
  static Span span_of(const AddedToken& token,
                      std::string_view text,
                      std::size_t at,
                      std::size_t behind);

  std::vector<AddedToken> tokens_;
  std::vector<std::vector<std::size_t>> by_first_byte_;  // longest first
  std::string first_bytes_;
};

}  // namespace vegttt::policy

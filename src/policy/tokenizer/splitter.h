// Splits text with a Unicode regular expression: every match is a piece, and so is what lies
// between two matches.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/known_splits.h"

namespace vegttt::policy {

class Splitter {
 public:
  // Throws UserError (where) on a pattern that PCRE2 does not compile.
  Splitter(const std::string& pattern, const std::string& where);
  ~Splitter();
  Splitter(Splitter&&) noexcept;
  // `text` is valid UTF-8. Thread-safe.
  template <class Piece>
  void split(std::string_view text, const Piece& piece) const {
    if (!known_) return split_by_pattern(text, piece);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = known_(text, at);
      piece(text.substr(at, end - at));
      at = end;
    }
  }
  // The same by PCRE2, for every pattern.
  void split_by_pattern(std::string_view text,
                        const std::function<void(std::string_view)>& piece) const;

 private:
  struct Impl;
  NextPiece known_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vegttt::policy

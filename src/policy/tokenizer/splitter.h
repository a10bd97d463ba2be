// Splits text with a Unicode regular expression: every match is a piece, and so is what lies
// between two matches.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace vegttt::policy {

class Splitter {
 public:
  // Throws UserError (where) on a pattern that PCRE2 does not compile.
  Splitter(const std::string& pattern, const std::string& where);
  ~Splitter();
  Splitter(Splitter&&) noexcept;
  // `text` is valid UTF-8. Thread-safe.
  void split(std::string_view text, const std::function<void(std::string_view)>& piece) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vegttt::policy

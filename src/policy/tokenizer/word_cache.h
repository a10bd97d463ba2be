// Words that were merged before. Words repeat: in real text nine of ten come from here.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace vegttt::policy {

// Not thread-safe.
class WordCache {
 public:
  WordCache();
  // Nothing (data() null) when the word is not there. Good until the next insert.
  std::span<const int> find(std::string_view word) const;
  // Longer words and words of many tokens are not kept. A full cache starts anew, so that a
  // long-lived process stays small.
  void insert(std::string_view word, std::span<const int> ids);

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t text = 0, ids = 0;      // where they begin
    std::uint16_t length = 0, count = 0;  // length 0: empty
  };
  void clear();

  std::vector<Slot> slots_;
  std::vector<char> texts_;
  std::vector<int> ids_;
  std::size_t words_ = 0;
};

}  // namespace vegttt::policy

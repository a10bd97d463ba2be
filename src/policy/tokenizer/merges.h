// The merge table of a BPE model and its one operation: a word's bytes to token ids.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace vegttt::policy {

class Merges {
 public:
  void set_byte(unsigned char byte, int id) { bytes_[byte] = id; }
  // Room for `count` merges.
  void reserve(std::size_t count);
  // `rank` is the place in the list; the first of equal pairs counts.
  void add(int left, int right, int rank, int merged);
  // Applies the merge of lowest rank, leftmost first, until none applies; appends to `ids`.
  void apply(std::string_view word, std::vector<int>& ids) const;

 private:
  struct Merge {
    int left = -1, right = -1, rank = 0, id = 0;
  };
  const Merge* find(int left, int right) const;
  void apply_to_short(std::string_view word, std::vector<int>& ids) const;
  void apply_to_long(std::string_view word, std::vector<int>& ids) const;

  int bytes_[256] = {};
  std::vector<Merge> slots_;  // open addressing, a power of two
  std::size_t count_ = 0;
};

}  // namespace vegttt::policy

// The merge table of a BPE model and its one operation: a word's bytes to token ids.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vegttt::policy {

class Merges {
 public:
  void set_byte(unsigned char byte, int id) { bytes_[byte] = id; }
  // `rank` is the place in the list; the first of equal pairs counts.
  void add(int left, int right, int rank, int merged);
  // Applies the merge of lowest rank, leftmost first, until none applies.
  std::vector<int> apply(std::string_view word) const;

 private:
  struct Merge {
    int rank, id;
  };
  const Merge* find(int left, int right) const;

  int bytes_[256] = {};
  std::unordered_map<std::uint64_t, Merge> merges_;
};

}  // namespace vegttt::policy

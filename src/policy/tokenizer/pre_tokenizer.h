// Text to words: the steps that tokenizer.json lists, each applied to the pieces of the one before.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/splitter.h"

namespace vegttt::policy {

class PreTokenizer {
 public:
  void add_split(const std::string& pattern, const std::string& where) {
    steps_.push_back({false, {}});
    steps_.back().splitter.emplace_back(pattern, where);
  }
  // A space in front of every piece that has none.
  void add_prefix_space() { steps_.push_back({true, {}}); }

  template <class Word>
  void split(std::string_view text, const Word& word) const {
    // One pattern is what nearly every model has: no indirection then.
    if (steps_.size() == 1 && !steps_[0].splitter.empty())
      return steps_[0].splitter[0].split(text, word);
    apply(0, text, word);
  }

 private:
  struct Step {
    bool prefix_space = false;
    std::vector<Splitter> splitter;  // one, or none for a prefix space
  };
  void apply(std::size_t step,
             std::string_view text,
             const std::function<void(std::string_view)>& word) const;

  std::vector<Step> steps_;
};

}  // namespace vegttt::policy

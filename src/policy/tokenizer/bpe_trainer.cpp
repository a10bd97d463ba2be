#include "vegttt/policy/bpe_trainer.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <unordered_map>

#include "tokenizer/bytes.h"
#include "tokenizer/splitter.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::policy {

namespace {

using core::Json;
using Pair = std::pair<int, int>;

struct Word {
  std::vector<int> ids;
  std::int64_t count = 0;
};

struct PairHash {
  std::size_t operator()(const Pair& pair) const {
    return (static_cast<std::size_t>(pair.first) << 32 | static_cast<std::size_t>(pair.second)) *
               0x9E3779B97F4A7C15ull >>
           13;
  }
};

// The most frequent pair first; of equals the one with lower ids.
struct Entry {
  std::int64_t count;
  Pair pair;
  bool operator<(const Entry& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

// Byte ids in the order of the characters that stand for them, as Hugging Face numbers its
// alphabet.
std::vector<std::string> alphabet() {
  std::map<std::string, std::string> by_stand_in;
  for (int byte = 0; byte < 256; ++byte) {
    by_stand_in[stand_in(static_cast<unsigned char>(byte))] =
        std::string(1, static_cast<char>(byte));
  }
  std::vector<std::string> bytes;
  for (const auto& [character, byte] : by_stand_in) bytes.push_back(byte);
  return bytes;
}

class Trainer {
 public:
  Trainer(const std::vector<std::string>& texts, const Splitter& splitter) : tokens_(alphabet()) {
    std::vector<int> id_of_byte(256);
    for (std::size_t i = 0; i < tokens_.size(); ++i)
      id_of_byte[static_cast<unsigned char>(tokens_[i][0])] = static_cast<int>(i);
    std::map<std::string, std::int64_t> counts;
    for (const auto& text : texts) {
      splitter.split(core::valid_utf8(text),
                     [&](std::string_view word) { ++counts[std::string(word)]; });
    }
    for (const auto& [text, count] : counts) {
      Word word{{}, count};
      for (const char byte : text) word.ids.push_back(id_of_byte[static_cast<unsigned char>(byte)]);
      words_.push_back(std::move(word));
    }
    for (std::size_t w = 0; w < words_.size(); ++w) {
      const auto& ids = words_[w].ids;
      for (std::size_t i = 0; i + 1 < ids.size(); ++i)
        change({ids[i], ids[i + 1]}, words_[w].count, w);
    }
    flush();
  }

  // Merges until there are `size` tokens or no pair is left.
  void run(std::size_t size) {
    while (tokens_.size() < size && !queue_.empty()) {
      const Entry best = queue_.top();
      queue_.pop();
      const auto now = counts_.find(best.pair);
      if (now == counts_.end() || now->second <= 0) continue;
      if (now->second != best.count) {  // stale
        queue_.push({now->second, best.pair});
        continue;
      }
      merge(best.pair);
    }
  }

  const std::vector<std::string>& tokens() const { return tokens_; }
  const std::vector<Pair>& merges() const { return merges_; }

 private:
  void change(const Pair& pair, std::int64_t by, std::size_t word) {
    counts_[pair] += by;
    if (by > 0) {
      words_of_[pair].insert(word);
      touched_.insert(pair);
    }
  }

  // Queues the pairs that grew; shrunk ones are found stale when they come up.
  void flush() {
    for (const Pair& pair : touched_) queue_.push({counts_[pair], pair});
    touched_.clear();
  }

  // Different splits may give equal tokens ("ab"+"c", "a"+"bc"): the second merge then reuses the
  // first one's id.
  int token_of(const Pair& pair) {
    const std::string text = tokens_[static_cast<std::size_t>(pair.first)] +
                             tokens_[static_cast<std::size_t>(pair.second)];
    const auto [found, fresh] = ids_.emplace(text, static_cast<int>(tokens_.size()));
    if (fresh) tokens_.push_back(text);
    return found->second;
  }

  void merge(const Pair& pair) {
    const int id = token_of(pair);
    merges_.push_back(pair);
    const std::set<std::size_t> where = std::move(words_of_[pair]);
    words_of_.erase(pair);
    for (const std::size_t w : where) merge_word(pair, id, w);
    counts_.erase(pair);
    flush();
  }

  void merge_word(const Pair& pair, int id, std::size_t w) {
    auto& ids = words_[w].ids;
    const std::int64_t count = words_[w].count;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      if (ids[i] != pair.first || ids[i + 1] != pair.second) continue;
      if (i > 0) change({ids[i - 1], pair.first}, -count, w), change({ids[i - 1], id}, count, w);
      if (i + 2 < ids.size())
        change({pair.second, ids[i + 2]}, -count, w), change({id, ids[i + 2]}, count, w);
      ids[i] = id;
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  }

  std::vector<std::string> tokens_;
  std::unordered_map<std::string, int> ids_;
  std::vector<Pair> merges_;
  std::vector<Word> words_;
  std::unordered_map<Pair, std::int64_t, PairHash> counts_;
  std::unordered_map<Pair, std::set<std::size_t>, PairHash> words_of_;
  std::set<Pair> touched_;
  std::priority_queue<Entry> queue_;
};

Json byte_level(bool use_regex) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", false},
          {"trim_offsets", false},
          {"use_regex", use_regex}};
}

Json tokenizer_json(const Trainer& trainer,
                    const std::vector<std::string>& special_tokens,
                    const std::string& split) {
  Json vocab = Json::object(), merges = Json::array(), added = Json::array();
  for (std::size_t i = 0; i < trainer.tokens().size(); ++i)
    vocab[to_stand_ins(trainer.tokens()[i])] = i;
  for (const auto& [left, right] : trainer.merges()) {
    merges.push_back({to_stand_ins(trainer.tokens()[static_cast<std::size_t>(left)]),
                      to_stand_ins(trainer.tokens()[static_cast<std::size_t>(right)])});
  }
  for (std::size_t i = 0; i < special_tokens.size(); ++i) {
    added.push_back({{"id", trainer.tokens().size() + i},
                     {"content", special_tokens[i]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  const Json splitter = {{"type", "Split"},
                         {"pattern", {{"Regex", split}}},
                         {"behavior", "Isolated"},
                         {"invert", false}};
  Json json;
  json["version"] = "1.0";
  json["truncation"] = nullptr;
  json["padding"] = nullptr;
  json["added_tokens"] = added;
  json["normalizer"] = nullptr;
  json["pre_tokenizer"] = {{"type", "Sequence"},
                           {"pretokenizers", Json::array({splitter, byte_level(false)})}};
  json["post_processor"] = byte_level(false);
  json["decoder"] = byte_level(false);
  json["model"] = {{"type", "BPE"},
                   {"dropout", nullptr},
                   {"unk_token", nullptr},
                   {"continuing_subword_prefix", nullptr},
                   {"end_of_word_suffix", nullptr},
                   {"fuse_unk", false},
                   {"byte_fallback", false},
                   {"ignore_merges", false},
                   {"vocab", vocab},
                   {"merges", merges}};
  return json;
}

}  // namespace

core::Json train_bpe(const std::vector<std::string>& texts,
                     int vocabulary,
                     const std::vector<std::string>& special_tokens,
                     const std::string& split) {
  const std::size_t merged =
      static_cast<std::size_t>(std::max(0, vocabulary)) -
      std::min(special_tokens.size(), static_cast<std::size_t>(std::max(0, vocabulary)));
  if (merged < 256)
    throw core::UserError("a vocabulary holds the 256 bytes and the special tokens at least",
                          "vocabulary");
  Trainer trainer(texts, Splitter(split, "split"));
  trainer.run(merged);
  return tokenizer_json(trainer, special_tokens, split);
}

}  // namespace vegttt::policy

#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "tokenizer/merges.h"
#include "tokenizer/splitter.h"
#include "vegttt/policy/policy.h"

namespace vegttt::policy {

struct AddedToken {
  std::string text;
  int id = 0;
  bool special = false;
};

// What tokenizer.json says, with the byte alphabet undone.
struct BpeTables {
  std::vector<std::string> texts;            // bytes of each id
  std::unordered_map<std::string, int> ids;  // by bytes; without added tokens
  Merges merges;
  std::vector<AddedToken> added;
  bool nfc = false;
  bool ignore_merges = false;        // a word that is a token as a whole is that token
  std::optional<Splitter> splitter;  // none: the whole text is one word
};

class BpeTokenizer : public Tokenizer {
 public:
  explicit BpeTokenizer(BpeTables tables);
  std::vector<int> encode(const std::string& text) const override;
  std::string decode(const std::vector<int>& tokens, bool skip_special) const override;
  int vocabulary() const override { return static_cast<int>(tables_.texts.size()); }
  int id_of(const std::string& token) const override;

 private:
  const AddedToken* added_at(std::string_view text, std::size_t position) const;
  void encode_plain(std::string_view text, std::vector<int>& ids) const;
  void encode_word(std::string_view word, std::vector<int>& ids) const;

  BpeTables tables_;
  std::vector<std::vector<const AddedToken*>> added_by_byte_;  // longest first
  std::vector<bool> special_;
  mutable std::mutex cache_mutex_;
  mutable std::unordered_map<std::string, std::vector<int>> cache_;  // word -> ids
};

}  // namespace vegttt::policy

#pragma once

#include <mutex>
#include <unordered_map>

#include "tokenizer/added_tokens.h"
#include "tokenizer/merges.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/word_cache.h"
#include "vegttt/policy/policy.h"

namespace vegttt::policy {

// What tokenizer.json says, with the byte alphabet undone.
struct BpeTables {
  std::vector<std::string> texts;            // bytes of each id
  std::unordered_map<std::string, int> ids;  // by bytes; without added tokens
  Merges merges;
  std::vector<AddedToken> added;
  bool nfc = false;
  bool ignore_merges = false;  // a word that is a token as a whole is that token
  PreTokenizer pre_tokenizer;
};

// Thread-safe; one encode at a time runs at full speed.
class BpeTokenizer : public Tokenizer {
 public:
  explicit BpeTokenizer(BpeTables tables);
  std::vector<int> encode(const std::string& text) const override;
  std::string decode(const std::vector<int>& tokens, bool skip_special) const override;
  std::string bytes_of(int token, bool skip_special) const override;
  int vocabulary() const override { return static_cast<int>(tables_.texts.size()); }
  int id_of(const std::string& token) const override;

 private:
  void encode_plain(std::string_view text, std::vector<int>& ids) const;
  void encode_normal(std::string_view text, std::vector<int>& ids) const;
  void encode_word(std::string_view word, std::vector<int>& ids) const;

  BpeTables tables_;
  AddedTokens raw_, normalized_;  // looked for before and after normalisation
  std::vector<bool> special_;
  mutable std::mutex cache_mutex_;
  mutable WordCache cache_;
};

}  // namespace vegttt::policy

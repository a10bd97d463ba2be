#include "tokenizer/bpe.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::policy {
namespace {

// Words repeat; beyond this the cache starts anew, so that a long-lived process stays small.
constexpr std::size_t kCacheWords = 200000;

bool is_ascii(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string to_nfc(std::string_view text) {
  utf8proc_uint8_t* composed = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()),
                   &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  VEGTTT_ASSERT(length >= 0, "valid UTF-8 can be normalised");
  std::string result(reinterpret_cast<char*>(composed), static_cast<std::size_t>(length));
  std::free(composed);
  return result;
}

}  // namespace

BpeTokenizer::BpeTokenizer(BpeTables tables) : tables_(std::move(tables)), added_by_byte_(256) {
  special_.resize(tables_.texts.size());
  for (const AddedToken& token : tables_.added) {
    if (!token.text.empty())
      added_by_byte_[static_cast<unsigned char>(token.text[0])].push_back(&token);
    special_[static_cast<std::size_t>(token.id)] = token.special;
  }
  for (auto& list : added_by_byte_) {
    std::stable_sort(
        list.begin(), list.end(), [](auto* a, auto* b) { return a->text.size() > b->text.size(); });
  }
}

const AddedToken* BpeTokenizer::added_at(std::string_view text, std::size_t position) const {
  for (const AddedToken* token : added_by_byte_[static_cast<unsigned char>(text[position])]) {
    if (text.compare(position, token->text.size(), token->text) == 0) return token;
  }
  return nullptr;
}

std::vector<int> BpeTokenizer::encode(const std::string& raw) const {
  const std::string text = is_ascii(raw) ? raw : core::valid_utf8(raw);
  std::vector<int> ids;
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size();) {
    const AddedToken* token = added_at(text, i);
    if (!token) {
      ++i;
      continue;
    }
    encode_plain(std::string_view(text).substr(plain, i - plain), ids);
    ids.push_back(token->id);
    plain = i += token->text.size();
  }
  encode_plain(std::string_view(text).substr(plain), ids);
  return ids;
}

void BpeTokenizer::encode_plain(std::string_view text, std::vector<int>& ids) const {
  if (text.empty()) return;
  std::string normal;
  if (tables_.nfc && !is_ascii(text)) text = normal = to_nfc(text);
  if (!tables_.splitter) return encode_word(text, ids);
  tables_.splitter->split(text, [&](std::string_view word) { encode_word(word, ids); });
}

void BpeTokenizer::encode_word(std::string_view word, std::vector<int>& ids) const {
  const std::string key(word);
  const std::lock_guard lock(cache_mutex_);
  auto found = cache_.find(key);
  if (found == cache_.end()) {
    const auto whole = tables_.ignore_merges ? tables_.ids.find(key) : tables_.ids.end();
    if (cache_.size() >= kCacheWords) cache_.clear();
    found = cache_
                .emplace(key,
                         whole != tables_.ids.end() ? std::vector<int>{whole->second}
                                                    : tables_.merges.apply(word))
                .first;
  }
  ids.insert(ids.end(), found->second.begin(), found->second.end());
}

std::string BpeTokenizer::decode(const std::vector<int>& tokens, bool skip_special) const {
  std::string bytes;
  for (const int token : tokens) {
    if (token < 0 || token >= vocabulary()) continue;  // rows that pad the head stand for nothing
    if (skip_special && special_[static_cast<std::size_t>(token)]) continue;
    bytes += tables_.texts[static_cast<std::size_t>(token)];
  }
  return core::valid_utf8(bytes);
}

int BpeTokenizer::id_of(const std::string& token) const {
  for (const AddedToken& added : tables_.added) {
    if (added.text == token) return added.id;
  }
  const auto found = tables_.ids.find(token);
  return found == tables_.ids.end() ? -1 : found->second;
}

}  // namespace vegttt::policy

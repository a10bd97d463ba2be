#include "tokenizer/bpe.h"

#include <cstring>

#include "tokenizer/normal_form.h"
#include "vegttt/core/text.h"
#include "vegttt/core/utf8.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::policy {
namespace {

std::string normal(std::string_view text, bool nfc) {
  return nfc && !is_surely_nfc(text) ? to_nfc(text) : std::string(text);
}

// Eight bytes at a time: most texts are ASCII.
bool is_ascii(std::string_view text) {
  std::uint64_t any = 0;
  std::size_t i = 0;
  for (std::uint64_t word; i + 8 <= text.size(); i += 8) {
    std::memcpy(&word, text.data() + i, 8);
    any |= word;
  }
  for (; i < text.size(); ++i) any |= static_cast<unsigned char>(text[i]) & 0x80;
  return (any & 0x8080808080808080u) == 0;
}

std::vector<AddedToken> chosen(const BpeTables& tables, bool normalized) {
  std::vector<AddedToken> tokens;
  for (const AddedToken& token : tables.added) {
    if (token.normalized != normalized) continue;
    tokens.push_back(token);
    if (normalized) tokens.back().text = normal(token.text, tables.nfc);
  }
  return tokens;
}

}  // namespace

BpeTokenizer::BpeTokenizer(BpeTables tables)
    : tables_(std::move(tables)), raw_(chosen(tables_, false)), normalized_(chosen(tables_, true)) {
  special_.resize(tables_.texts.size());
  for (const AddedToken& token : tables_.added)
    special_[static_cast<std::size_t>(token.id)] = token.special;
}

std::vector<int> BpeTokenizer::encode(const std::string& raw) const {
  std::string repaired;
  std::string_view text = raw;
  if (!is_ascii(raw) && core::first_line_not_utf8(raw) != 0)
    text = repaired = core::valid_utf8(raw);
  std::vector<int> ids;
  ids.reserve(text.size() / 4);
  const std::lock_guard lock(cache_mutex_);
  raw_.split(
      text,
      [&](std::string_view plain) { encode_plain(plain, ids); },
      [&](int id) { ids.push_back(id); });
  return ids;
}

void BpeTokenizer::encode_plain(std::string_view text, std::vector<int>& ids) const {
  std::string composed;
  if (tables_.nfc && !is_surely_nfc(text)) text = composed = to_nfc(text);
  normalized_.split(
      text,
      [&](std::string_view plain) { encode_normal(plain, ids); },
      [&](int id) { ids.push_back(id); });
}

void BpeTokenizer::encode_normal(std::string_view text, std::vector<int>& ids) const {
  tables_.pre_tokenizer.split(text, [&](std::string_view word) { encode_word(word, ids); });
}

void BpeTokenizer::encode_word(std::string_view word, std::vector<int>& ids) const {
  const auto known = cache_.find(word);
  if (known.data()) {
    ids.insert(ids.end(), known.begin(), known.end());
    return;
  }
  const std::size_t first = ids.size();
  const auto whole =
      tables_.ignore_merges ? tables_.ids.find(std::string(word)) : tables_.ids.end();
  if (whole != tables_.ids.end())
    ids.push_back(whole->second);
  else
    tables_.merges.apply(word, ids);
  cache_.insert(word, std::span(ids).subspan(first));
}

std::string BpeTokenizer::bytes_of(int token, bool skip_special) const {
  if (token < 0 || token >= vocabulary()) return "";  // rows that pad the head stand for nothing
  const auto index = static_cast<std::size_t>(token);
  return skip_special && special_[index] ? "" : tables_.texts[index];
}

std::string BpeTokenizer::decode(const std::vector<int>& tokens, bool skip_special) const {
  std::string bytes;
  for (const int token : tokens) bytes += bytes_of(token, skip_special);
  Utf8Stream stream;
  const std::string text = stream.push(bytes);
  return text + stream.finish();
}

int BpeTokenizer::id_of(const std::string& token) const {
  for (const AddedToken& added : tables_.added) {
    if (added.text == token) return added.id;
  }
  const auto found = tables_.ids.find(token);
  return found == tables_.ids.end() ? -1 : found->second;
}

}  // namespace vegttt::policy

#include "tokenizer/added_tokens.h"

#include <algorithm>
#include <cstring>

#include "tokenizer/characters.h"

namespace vegttt::policy {
namespace {

bool is_inside_word(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin > 0 && is_word_character(character_before(text, begin).code)) ||
         (end < text.size() && is_word_character(character_at(text, end).code));
}

std::size_t skip_spaces_back(std::string_view text, std::size_t at) {
  while (at > 0) {
    const Character c = character_before(text, at);
    if (!is_space(c.kind)) break;
    at -= c.size;
  }
  return at;
}

std::size_t skip_spaces(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const Character c = character_at(text, at);
    if (!is_space(c.kind)) break;
    at += c.size;
  }
  return at;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens)
    : tokens_(std::move(tokens)), by_first_byte_(256) {
  std::erase_if(tokens_, [](const AddedToken& token) { return token.text.empty(); });
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const char first = tokens_[i].text[0];
    by_first_byte_[static_cast<unsigned char>(first)].push_back(i);
    if (first_bytes_.find(first) == std::string::npos) first_bytes_ += first;
  }
  for (auto& list : by_first_byte_) {
    std::stable_sort(list.begin(), list.end(), [&](std::size_t a, std::size_t b) {
      return tokens_[a].text.size() > tokens_[b].text.size();
    });
  }
}

std::size_t AddedTokens::next_start(std::string_view text, std::size_t at) const {
  if (at >= text.size() || first_bytes_.empty()) return text.size();
  if (first_bytes_.size() == 1) {
    const void* found = std::memchr(text.data() + at, first_bytes_[0], text.size() - at);
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data())
                 : text.size();
  }
  while (at < text.size() && by_first_byte_[static_cast<unsigned char>(text[at])].empty()) ++at;
  return at;
}

const AddedToken* AddedTokens::longest_at(std::string_view text, std::size_t at) const {
  for (const std::size_t i : by_first_byte_[static_cast<unsigned char>(text[at])]) {
    const std::string& token = tokens_[i].text;
    if (text.compare(at, token.size(), token) == 0) return &tokens_[i];
  }
  return nullptr;
}

AddedTokens::Span AddedTokens::span_of(const AddedToken& token,
                                       std::string_view text,
                                       std::size_t at,
                                       std::size_t behind) {
  const std::size_t end = at + token.text.size();
  if (token.single_word && is_inside_word(text, at, end)) return {};
  return {token.lstrip ? std::max(skip_spaces_back(text, at), behind) : at,
          token.rstrip ? skip_spaces(text, end) : end};
}

}  // namespace vegttt::policy

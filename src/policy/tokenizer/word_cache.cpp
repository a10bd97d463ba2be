#include "tokenizer/word_cache.h"

#include <cstring>

namespace vegttt::policy {
namespace {

constexpr std::size_t kSlots = std::size_t{1} << 18, kMostWords = kSlots / 2, kLongest = 64;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto product =
      static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xE7037ED1A0B428DBu);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Bytes [from, from + 8) of the word as far as they are there.
std::uint64_t chunk(std::string_view word, std::size_t from) {
  std::uint64_t value = 0;
  std::memcpy(&value, word.data() + from, word.size() - from < 8 ? word.size() - from : 8);
  return value;
}

std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = word.size();
  for (std::size_t i = 0; i < word.size(); i += 8) hash = mix(hash, chunk(word, i));
  return hash;
}

}  // namespace

WordCache::WordCache() { clear(); }

void WordCache::clear() {
  slots_.assign(kSlots, {});
  texts_.clear();
  ids_.clear();
  words_ = 0;
}

std::span<const int> WordCache::find(std::string_view word) const {
  const std::uint64_t hash = hash_of(word);
  for (std::size_t at = hash % kSlots; slots_[at].length > 0; at = (at + 1) % kSlots) {
    const Slot& slot = slots_[at];
    if (slot.hash == hash && slot.length == word.size() &&
        std::memcmp(texts_.data() + slot.text, word.data(), word.size()) == 0)
      return {ids_.data() + slot.ids, slot.count};
  }
  return {};
}

void WordCache::insert(std::string_view word, std::span<const int> ids) {
  if (word.empty() || word.size() > kLongest) return;
  if (words_ >= kMostWords) clear();
  const std::uint64_t hash = hash_of(word);
  std::size_t at = hash % kSlots;
  while (slots_[at].length > 0) at = (at + 1) % kSlots;
  slots_[at] = {hash,
                static_cast<std::uint32_t>(texts_.size()),
                static_cast<std::uint32_t>(ids_.size()),
                static_cast<std::uint16_t>(word.size()),
                static_cast<std::uint16_t>(ids.size())};
  texts_.insert(texts_.end(), word.begin(), word.end());
  ids_.insert(ids_.end(), ids.begin(), ids.end());
  ++words_;
}

}  // namespace vegttt::policy

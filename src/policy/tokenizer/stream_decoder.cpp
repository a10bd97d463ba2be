#include "vegttt/policy/tokenizer.h"

namespace vegttt::policy {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

// How many bytes at `at` are a character or could begin one; `whole` when it is there.
struct Prefix {
  std::size_t size = 0, needed = 0;
};

Prefix prefix_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, 1};
  if (first < 0xC2 || first > 0xF4) return {0, 1};
  const std::size_t needed = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  std::size_t size = 1;
  for (; size < needed && at + size < text.size(); ++size) {
    if (byte(size) < low || byte(size) > high) break;
    low = 0x80, high = 0xBF;
  }
  return {size, needed};
}

}  // namespace

std::string Utf8Stream::push(std::string_view bytes) {
  pending_ += bytes;
  std::string text;
  std::size_t at = 0;
  while (at < pending_.size()) {
    const Prefix prefix = prefix_at(pending_, at);
    if (prefix.size == prefix.needed) {
      text.append(pending_, at, prefix.size);
    } else if (prefix.size > 0 && at + prefix.size == pending_.size()) {
      break;  // more may come
    } else {
      text += kReplacement;
    }
    at += std::max<std::size_t>(prefix.size, 1);
  }
  pending_.erase(0, at);
  return text;
}

std::string Utf8Stream::finish() {
  const bool cut = !pending_.empty();
  pending_.clear();
  return cut ? kReplacement : "";
}

std::string StreamDecoder::push(int token) {
  return stream_.push(tokenizer_.bytes_of(token, skip_special_));
}

}  // namespace vegttt::policy

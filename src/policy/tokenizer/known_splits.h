// The patterns of the known families, matched by hand: several times faster than a regular
// expression engine, which every other pattern gets (splitter.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vegttt::policy {

extern const char* const kGpt2Split;
extern const char* const kLlama3Split;  // cl100k: up to three digits
extern const char* const kO200kSplit;   // gpt-oss

// The end of the piece that starts at `at` < text.size(): with these patterns every character is in
// a piece. `text` is valid UTF-8.
using NextPiece = std::size_t (*)(std::string_view text, std::size_t at);

// Null for a pattern that is none of them. What they match is tested against the patterns
// themselves.
NextPiece known_split(const std::string& pattern);

}  // namespace vegttt::policy

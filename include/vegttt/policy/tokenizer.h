// Byte-level BPE as Hugging Face's tokenizer.json describes it: the ids and texts that its
// `tokenizers` library gives (without the tokens that a post-processor adds: the chat format writes
// those).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "vegttt/core/file.h"
#include "vegttt/policy/policy.h"

namespace vegttt::policy {

// Reads `folder`/tokenizer.json. Throws UserError naming the file and what it asks for that is not
// supported (anything but byte-level BPE with an optional NFC normaliser).
std::unique_ptr<Tokenizer> load_tokenizer(const core::fs::path& folder);
// The same from the text of a tokenizer.json; `where` stands for the file in messages.
std::unique_ptr<Tokenizer> parse_tokenizer(const std::string& json, const std::string& where);

// Bytes that come in pieces to valid UTF-8: what is no character becomes U+FFFD, one for each
// longest part that could have begun one.
class Utf8Stream {
 public:
  // The characters that are complete now.
  std::string push(std::string_view bytes);
  // What is left when nothing more comes.
  std::string finish();

 private:
  std::string pending_;
};

// Tokens to text as they are sampled: a token may end inside a character. All pieces together are
// what decode() gives.
class StreamDecoder {
 public:
  // `tokenizer` must outlive it.
  explicit StreamDecoder(const Tokenizer& tokenizer, bool skip_special = true)
      : tokenizer_(tokenizer), skip_special_(skip_special) {}
  std::string push(int token);
  std::string finish() { return stream_.finish(); }

 private:
  const Tokenizer& tokenizer_;
  bool skip_special_;
  Utf8Stream stream_;
};

}  // namespace vegttt::policy

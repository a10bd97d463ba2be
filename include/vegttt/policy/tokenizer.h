// Byte-level BPE as Hugging Face's tokenizer.json describes it.
#pragma once

#include <memory>

#include "vegttt/core/file.h"
#include "vegttt/policy/policy.h"

namespace vegttt::policy {

// Reads `folder`/tokenizer.json. Throws UserError naming the file and what it asks for that is not
// supported (anything but byte-level BPE with an optional NFC normaliser).
std::unique_ptr<Tokenizer> load_tokenizer(const core::fs::path& folder);
// The same from the text of a tokenizer.json; `where` stands for the file in messages.
std::unique_ptr<Tokenizer> parse_tokenizer(const std::string& json, const std::string& where);

}  // namespace vegttt::policy

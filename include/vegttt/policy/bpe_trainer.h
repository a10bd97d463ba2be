// Learns a byte-level BPE vocabulary from texts: the merges that Hugging Face's BpeTrainer would
// learn.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/json.h"

namespace vegttt::policy {

// Qwen's split: words with one leading character, single digits, punctuation runs, line ends with
// their indent.
extern const char* const kQwenSplit;

// tokenizer.json in Hugging Face form. Ids: the 256 bytes, then merges in the order of their
// frequency (ties: lower ids first), then `special_tokens`; `vocabulary` counts all of them. A
// function of its arguments alone. Fewer merges than asked for when the texts hold no more pairs.
// Throws UserError when `vocabulary` is too small.
core::Json train_bpe(const std::vector<std::string>& texts,
                     int vocabulary,
                     const std::vector<std::string>& special_tokens,
                     const std::string& split = kQwenSplit);

}  // namespace vegttt::policy

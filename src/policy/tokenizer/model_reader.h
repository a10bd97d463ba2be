// tokenizer.json in one pass. A vocabulary of 200,000 tokens and 450,000 merges as JSON values
// would cost more than all else.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace vegttt::policy {

struct TokenizerJson {
  nlohmann::json rest;  // everything but model.vocab and model.merges, which are left out
  bool has_vocab = false, has_merges = false;
  std::vector<std::pair<std::string, std::int64_t>> vocab;
  std::vector<std::pair<std::string, std::string>> merges;  // "a b" and ["a", "b"] alike
};

// Throws UserError (where) on bad syntax, an id that is no integer, a merge that is neither of the
// two forms.
TokenizerJson read_tokenizer_json(const std::string& text, const std::string& where);

}  // namespace vegttt::policy

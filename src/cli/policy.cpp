// vegttt policy show|tokenize|logprobs|generate|export: what the model is and says, in files that
// another program can check.
#include "nested_verbs.h"

namespace vegttt::cli {

std::unique_ptr<Subcommand> make_policy_show();
std::unique_ptr<Subcommand> make_policy_tokenize();
std::unique_ptr<Subcommand> make_policy_logprobs();
std::unique_ptr<Subcommand> make_policy_generate();
std::unique_ptr<Subcommand> make_policy_export();

namespace {

// One line per nested verb, here and above.
const std::vector<Verb>& nested_verbs() {
  static const std::vector<Verb> list = {
      {"show", "sizes, tokenizer and chat format of a model folder", make_policy_show},
      {"tokenize", "text to token ids, or token ids to text", make_policy_tokenize},
      {"logprobs", "log-probability of every token of a sequence", make_policy_logprobs},
      {"generate", "sample completions of a prompt", make_policy_generate},
      {"export", "a model folder with the adapter merged into the weights", make_policy_export},
  };
  return list;
}

}  // namespace

std::unique_ptr<Subcommand> make_policy() { return std::make_unique<NestedVerbs>(nested_verbs()); }

}  // namespace vegttt::cli

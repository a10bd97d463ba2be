// vegttt policy show|tokenize|logprobs|generate|export: what the model is and says, in files that another
// program can check.
#include "subcommand.h"

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

class Policy : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.require_subcommand(1);
    for (const Verb& verb : nested_verbs()) {
      Nested nested{app.add_subcommand(verb.name, verb.description), verb.make()};
      nested.subcommand->add(*nested.app);
      nested_.push_back(std::move(nested));
    }
  }

  core::ExitCode run(const CommonOptions& common) override {
    for (const Nested& nested : nested_) {
      if (nested.app->parsed()) return nested.subcommand->run(common);
    }
    throw core::UsageError("a subcommand is required");
  }

 private:
  struct Nested {
    CLI::App* app;
    std::unique_ptr<Subcommand> subcommand;
  };
  std::vector<Nested> nested_;
};

}  // namespace

std::unique_ptr<Subcommand> make_policy() { return std::make_unique<Policy>(); }

}  // namespace vegttt::cli

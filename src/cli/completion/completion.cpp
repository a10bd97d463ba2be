// vegttt completion bash|zsh|fish.
#include <iostream>

#include "completion/scripts.h"
#include "subcommand.h"
#include "vegttt/config/experiment.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::cli {
namespace {

Vocabulary vocabulary() {
  Vocabulary words;
  const auto catalogue = tasks::Catalogue::load();
  for (const auto& task : catalogue.all()) words.tasks.push_back(task.id);
  for (const auto& field : config::fields_of({})) words.keys.push_back(field.key);
  return words;
}

class Completion : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("shell", shell_, "bash, zsh or fish")
        ->check(CLI::IsMember({"bash", "zsh", "fish"}))
        ->required();
  }

  core::ExitCode run(const CommonOptions&) override {
    const Node root = command_tree();
    const Vocabulary words = vocabulary();
    std::cout << (shell_ == "bash"  ? bash_completion(root, words)
                  : shell_ == "zsh" ? zsh_completion(root, words)
                                    : fish_completion(root, words));
    return core::ExitCode::kDone;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Subcommand> make_completion() { return std::make_unique<Completion>(); }

}  // namespace vegttt::cli

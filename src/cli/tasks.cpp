// vegttt tasks list|show|split|reference|...: what the task files say, in forms that another
// program can check.
#include "subcommand.h"

namespace vegttt::cli {

std::unique_ptr<Subcommand> make_tasks_list();
std::unique_ptr<Subcommand> make_tasks_show();
std::unique_ptr<Subcommand> make_tasks_split();
std::unique_ptr<Subcommand> make_tasks_reference();
std::unique_ptr<Subcommand> make_tasks_lint();

namespace {

// One line per nested verb, here and above.
const std::vector<Verb>& nested_verbs() {
  static const std::vector<Verb> list = {
      {"list", "every task with its shapes", make_tasks_list},
      {"show", "one task: shapes and work at every size set, and its reference", make_tasks_show},
      {"split", "train and evaluation ids of a seed, and leaks between seeds", make_tasks_split},
      {"reference", "run a task's reference on tensors of a file", make_tasks_reference},
      {"lint", "whether cheap wrong answers would pass the judge", make_tasks_lint},
  };
  return list;
}

class Tasks : public Subcommand {
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

std::unique_ptr<Subcommand> make_tasks() { return std::make_unique<Tasks>(); }

}  // namespace vegttt::cli

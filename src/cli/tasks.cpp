// vegttt tasks list|show|split|reference|...: what the task files say, in forms that another
// program can check.
#include "nested_verbs.h"

namespace vegttt::cli {

// One line per nested verb, here and below.
std::unique_ptr<Subcommand> make_tasks_list();
std::unique_ptr<Subcommand> make_tasks_show();
std::unique_ptr<Subcommand> make_tasks_split();
std::unique_ptr<Subcommand> make_tasks_reference();
std::unique_ptr<Subcommand> make_tasks_lint();

std::unique_ptr<Subcommand> make_tasks() {
  return std::make_unique<NestedVerbs>(std::vector<Verb>{
      {"list", "every task with its shapes", make_tasks_list},
      {"show", "one task: shapes and work at every size set, and its reference", make_tasks_show},
      {"split", "train and evaluation ids of a seed, and leaks between seeds", make_tasks_split},
      {"reference", "run a task's reference on tensors of a file", make_tasks_reference},
      {"lint", "whether cheap wrong answers would pass the judge", make_tasks_lint},
  });
}

}  // namespace vegttt::cli

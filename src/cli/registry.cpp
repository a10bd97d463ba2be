#include "subcommand.h"

namespace vegttt::cli {

// One line per verb, here and below.
std::unique_ptr<Subcommand> make_config();
std::unique_ptr<Subcommand> make_eval();
std::unique_ptr<Subcommand> make_tasks();

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> list = {
      {"config", "show, check or compare experiment files", make_config},
      {"eval", "compile, check and time kernels of your own", make_eval},
      {"tasks", "list, show, split and run the tasks", make_tasks},
  };
  return list;
}

}  // namespace vegttt::cli

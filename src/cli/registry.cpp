#include "subcommand.h"

namespace vegttt::cli {

// One line per verb, here and below.
std::unique_ptr<Subcommand> make_config();

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> list = {
      {"config", "show, check or compare experiment files", make_config},
  };
  return list;
}

}  // namespace vegttt::cli

#pragma once

#include <string>

namespace vegttt::experiment {

// What the program was built from. Only the executable knows, so that a commit links one program
// anew and no test.
struct Program {
  std::string commit;  // "": not built in a repository
  bool dirty = false;  // with changes that no commit holds
};

// Said once, by main, before anything runs; every run's env.json repeats it.
void set_program(const Program& program);
const Program& program();

}  // namespace vegttt::experiment

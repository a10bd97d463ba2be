#include "vegttt/experiment/program.h"

namespace vegttt::experiment {
namespace {

Program& said() {
  static Program program;
  return program;
}

}  // namespace

void set_program(const Program& program) { said() = program; }
const Program& program() { return said(); }

}  // namespace vegttt::experiment

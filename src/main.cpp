#include "program_facts.h"  // written by the build
#include "vegttt/cli/run.h"
#include "vegttt/experiment/program.h"

int main(int argc, char** argv) {
  vegttt::experiment::set_program({VEGTTT_COMMIT, VEGTTT_DIRTY});
  return vegttt::cli::run(argc, argv);
}

#include "vegttt/cli/run.h"

int main(int argc, char** argv) { return vegttt::cli::run(argc, argv); }

#pragma once

namespace vegttt::cli {

// The whole program: parses the command line, runs the subcommand, maps what was thrown to one line
// on stderr and an exit code (core/error.h).
int run(int argc, char** argv);

}  // namespace vegttt::cli

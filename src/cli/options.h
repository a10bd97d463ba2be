// Flags say how to run; what is computed lives in the YAML.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace vegttt::cli {

// Every subcommand has these.
struct CommonOptions {
  int quiet = 0;
  int verbose = 0;
  bool json = false;  // results on stdout as JSON, one object per line where they come one by one
  int threads = 0;    // 0: every core this process may use
  std::vector<std::string> argv;  // the whole command line, for command.txt
};

// Subcommands that make or continue a run.
struct RunOptions {
  std::string out = "runs";        // folder of run folders
  std::string name;                // empty: from the config
  std::string device;              // overrides policy.device
  std::string progress = "auto";   // auto | rich | plain | none
  std::string if_exists = "fail";  // fail | resume | replace
  double max_minutes = 0;          // 0: no limit
  std::string replay;              // evaluations are taken from this finished run
  bool dry_run = false;
};

void add_common_options(CLI::App& app, CommonOptions& options);
void add_run_options(CLI::App& app, RunOptions& options);
// Only the flags that a continued run may still change.
void add_resume_options(CLI::App& app, RunOptions& options);

}  // namespace vegttt::cli

// To add a subcommand: write src/cli/<verb>.cpp with a struct derived from Subcommand and a
// function `std::unique_ptr<Subcommand> make_<verb>()`; name it in registry.cpp and in
// CMakeLists.txt (one line each).
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "options.h"
#include "vegttt/core/error.h"

namespace vegttt::cli {

struct Subcommand {
  virtual ~Subcommand() = default;
  // Declares flags and positional arguments on members of the struct. -q, -v, --json and --threads
  // are there already. Nested verbs (`tasks list`) are CLI11 subcommands; ask
  // `app.got_subcommand("list")` in `run`.
  virtual void add(CLI::App& app) = 0;
  // Results go to stdout, news for people to core/log.h. Throws core::Error; kDone or kNotPassed
  // otherwise.
  virtual core::ExitCode run(const CommonOptions& common) = 0;
};

struct Verb {
  const char* name;
  const char* description;
  std::unique_ptr<Subcommand> (*make)();
};

// In the order in which `vegttt help` lists them.
const std::vector<Verb>& verbs();

}  // namespace vegttt::cli

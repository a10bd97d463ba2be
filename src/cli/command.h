// A verb made ready to be parsed. Its help, its completion and its part of the manual page are read
// from here, so that none of them can say something else than what is parsed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "subcommand.h"

namespace vegttt::cli {

struct Command {
  std::unique_ptr<CommonOptions> common;  // where parsed flags go, as into the subcommand
  std::unique_ptr<Subcommand> subcommand;
  std::unique_ptr<CLI::App> app;
  bool needs_nested = false;  // it only has verbs of its own
};

Command make_command(const Verb& verb, const CommonOptions& common = {});

// Throws UsageError with a suggestion.
const Verb& find_verb(const std::string& name);

// Parses the words after the verb. False when only help was asked for, which is printed then.
// Throws UsageError.
bool parse(const Command& command, const std::string& verb, std::vector<std::string> words);

}  // namespace vegttt::cli

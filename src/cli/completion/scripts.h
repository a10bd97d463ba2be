// Completion scripts. They need no call of vegttt: task ids and keys are written into them, runs
// are found by the shell.
#pragma once

#include <string>
#include <vector>

#include "completion/command_tree.h"

namespace vegttt::cli {

struct Vocabulary {
  std::vector<std::string> tasks;  // "L1/1", ...
  std::vector<std::string> keys;   // "learn.learning_rate", ...
};

std::string bash_completion(const Node& root, const Vocabulary& words);
std::string zsh_completion(const Node& root, const Vocabulary& words);
std::string fish_completion(const Node& root, const Vocabulary& words);

}  // namespace vegttt::cli

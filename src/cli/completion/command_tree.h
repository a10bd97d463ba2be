// The command line as data: what completion scripts and the manual page are written from.
#pragma once

#include <string>
#include <vector>

#include "examples.h"

namespace vegttt::cli {

// What stands in a place, as far as a shell can help with it.
enum class ValueKind { kText, kChoice, kTask, kRun, kConfig, kOverride, kFile, kFolder };

struct Value {
  ValueKind kind = ValueKind::kText;
  std::vector<std::string> choices;  // of kChoice
};

struct Flag {
  std::vector<std::string> names;  // "-o", "--out"
  std::string meaning;
  std::string fallback;  // its default, "" when there is none to tell
  bool takes_value = false;
  bool repeats = false;
  Value value;
};

struct Argument {
  std::string name, meaning;
  bool required = false, repeats = false;
  Value value;
};

struct Node {
  std::string path;  // "" for vegttt itself, "tasks", "tasks show"
  std::string name, meaning;
  std::vector<Flag> flags;  // those of the verb itself; a nested one takes its outer ones as well
  std::vector<Argument> arguments;
  std::vector<Node> children;
  std::vector<Example> examples;
};

// Made from the parsers of all verbs.
Node command_tree();

// Every node below `root` and itself, outer ones first.
std::vector<const Node*> all_nodes(const Node& root);
// The flags that can be given at a node: its own, then those of the verb around it.
std::vector<Flag> flags_at(const Node& root, const Node& node);

}  // namespace vegttt::cli

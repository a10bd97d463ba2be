#include "completion/command_tree.h"

#include <map>

#include "command.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

// "TEXT:{a,b,c}": how CLI11 tells a choice.
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{'), close = type.find('}');
  std::vector<std::string> choices;
  if (open == std::string::npos || close == std::string::npos) return choices;
  const std::string inside = type.substr(open + 1, close - open - 1);
  for (const auto one : core::split(inside, ',')) choices.emplace_back(core::trim(one));
  return choices;
}

// A name means the same wherever it is used; what is not named here is plain text.
ValueKind kind_of(const std::string& path, const std::string& name) {
  static const std::map<std::string, ValueKind> kinds = {
      {"task", ValueKind::kTask},       {"--task", ValueKind::kTask},
      {"--tasks", ValueKind::kTask},    {"id", ValueKind::kTask},
      {"run", ValueKind::kRun},         {"runs", ValueKind::kRun},
      {"place", ValueKind::kRun},       {"--replay", ValueKind::kRun},
      {"config", ValueKind::kConfig},   {"overrides", ValueKind::kOverride},
      {"file", ValueKind::kFile},       {"--fill", ValueKind::kFile},
      {"--inputs", ValueKind::kFile},   {"--prompt", ValueKind::kFile},
      {"--system", ValueKind::kFile},   {"--text", ValueKind::kFile},
      {"--ids", ValueKind::kFile},      {"--tokens", ValueKind::kFile},
      {"--out", ValueKind::kFile},      {"--folder", ValueKind::kFolder},
      {"--policy", ValueKind::kFolder}, {"--adapter", ValueKind::kFolder},
      {"--keep", ValueKind::kFolder},   {"--tasks-from", ValueKind::kFolder},
  };
  if (name == "a" || name == "b")
    return path == "config diff" ? ValueKind::kConfig : ValueKind::kRun;
  const auto found = kinds.find(name);
  return found == kinds.end() ? ValueKind::kText : found->second;
}

Value value_of(const CLI::Option& option, const std::string& path, const std::string& name) {
  auto choices = choices_of(option);
  if (!choices.empty()) return {ValueKind::kChoice, std::move(choices)};
  // `pretrain` has keys of its own.
  if (path == "pretrain" && name == "overrides") return {};
  return {kind_of(path, name), {}};
}

Flag flag_of(const CLI::Option& option, const std::string& path) {
  Flag flag;
  for (const auto& name : option.get_snames()) flag.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) flag.names.push_back("--" + name);
  flag.meaning = option.get_description();
  flag.fallback = option.get_default_str();
  flag.takes_value = option.get_expected_max() > 0 && option.get_type_size_max() > 0;
  flag.repeats = option.get_expected_max() > 1;
  flag.value = value_of(option, path, flag.names.back());
  return flag;
}

Argument argument_of(const CLI::Option& option, const std::string& path) {
  const std::string name = option.get_name(true);
  return {name,
          option.get_description(),
          option.get_required(),
          option.get_expected_max() > 1,
          value_of(option, path, name)};
}

Node node_of(const CLI::App& app, const std::string& path, const std::string& name) {
  Node node{path, name, app.get_description(), {}, {}, {}, examples_of(path)};
  for (const auto* option : app.get_options()) {
    if (option->get_positional())
      node.arguments.push_back(argument_of(*option, path));
    else
      node.flags.push_back(flag_of(*option, path));
  }
  for (const auto* nested : app.get_subcommands([](const CLI::App*) { return true; }))
    node.children.push_back(node_of(*nested, path + " " + nested->get_name(), nested->get_name()));
  return node;
}

// `help` is no parser: what it explains are the names beside it.
Node help_node(const Node& root) {
  Node node{"help", "help", "the overview, a command, the exit codes, the manual", {}, {}, {}, {}};
  Value pages{ValueKind::kChoice, {"exit-codes", "man"}};
  for (const auto& child : root.children) pages.choices.push_back(child.name);
  node.arguments.push_back({"page", "a command, exit-codes or man", false, true, pages});
  node.examples = {{"vegttt help exit-codes", "what the program ends with"},
                   {"vegttt help man | man -l -", "the manual"}};
  return node;
}

void collect(const Node& node, std::vector<const Node*>& nodes) {
  nodes.push_back(&node);
  for (const auto& child : node.children) collect(child, nodes);
}

}  // namespace

Node command_tree() {
  Node root{
      "", "vegttt", "how much test-time adaptation is worth its compute, measured", {}, {}, {}, {}};
  for (const auto& verb : verbs()) {
    const Command command = make_command(verb);
    root.children.push_back(node_of(*command.app, verb.name, verb.name));
  }
  root.children.push_back(help_node(root));
  return root;
}

std::vector<const Node*> all_nodes(const Node& root) {
  std::vector<const Node*> nodes;
  collect(root, nodes);
  return nodes;
}

std::vector<Flag> flags_at(const Node& root, const Node& node) {
  std::vector<Flag> flags = node.flags;
  for (const auto& verb : root.children) {
    if (!core::starts_with(node.path, verb.path + " ")) continue;
    for (const auto& flag : verb.flags) {
      if (flag.names.back() != "--help") flags.push_back(flag);
    }
  }
  return flags;
}

}  // namespace vegttt::cli

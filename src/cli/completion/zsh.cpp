#include "completion/scripts.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

std::string quoted(const std::string& text) {
  return "'" + core::replace_all(text, "'", "'\\''") + "'";
}

// Inside a spec of _arguments, brackets and colons have a meaning.
std::string plain(std::string text) {
  for (const char* special : {"\\", "[", "]", ":"})
    text = core::replace_all(text, special, std::string("\\") + special);
  return text;
}

std::string action_of(const Value& value) {
  switch (value.kind) {
    case ValueKind::kText:
      return " ";
    case ValueKind::kChoice:
      return "(" + core::join(value.choices, " ") + ")";
    case ValueKind::kTask:
      return "_vegttt_tasks";
    case ValueKind::kRun:
      return "_vegttt_runs";
    case ValueKind::kConfig:
      return "_files -g \"*.yaml\"";
    case ValueKind::kOverride:
      return "_vegttt_keys";
    case ValueKind::kFile:
      return "_files";
    case ValueKind::kFolder:
      return "_files -/";
  }
  return "";
}

std::string function_of(const Node& node) {
  return "_vegttt_" + core::replace_all(core::replace_all(node.path, " ", "_"), "-", "_");
}

// "'(-o --out)'{-o,--out}'[meaning]:value:action'"; a flag that repeats excludes nothing.
std::string spec_of(const Flag& flag) {
  const bool counted = !flag.takes_value && flag.names.size() > 1 && flag.names[0] == "-q";
  std::string spec =
      flag.repeats || counted ? "'*'" : quoted("(" + core::join(flag.names, " ") + ")");
  std::vector<std::string> names;
  // "+": the value may follow as a word of its own or without a space; "=": after an equals sign.
  for (const auto& name : flag.names)
    names.push_back(name + (!flag.takes_value ? "" : core::starts_with(name, "--") ? "=" : "+"));
  spec += names.size() > 1 ? "{" + core::join(names, ",") + "}" : quoted(names[0]);
  std::string rest = "[" + plain(flag.meaning) + "]";
  if (flag.takes_value) rest += ":value:" + action_of(flag.value);
  return spec + quoted(rest);
}

std::string spec_of(const Argument& argument) {
  const std::string place = argument.repeats ? "*:" : argument.required ? ":" : "::";
  return quoted(place + plain(argument.name) + ":" + action_of(argument.value));
}

std::string nested_function(const Node& root, const Node& node) {
  std::string script = function_of(node) + "() {\n  local line state\n  _arguments -s -S -C";
  for (const auto& flag : flags_at(root, node)) script += " \\\n    " + spec_of(flag);
  script += " \\\n    '1:command:->command' '*::words:->words'\n";
  script += "  case $state in\n    command)\n      local -a commands=(\n";
  for (const auto& child : node.children)
    script += "        " + quoted(plain(child.name) + ":" + child.meaning) + "\n";
  script += "      )\n      _describe command commands ;;\n    words)\n      case $line[1] in\n";
  for (const auto& child : node.children)
    script += "        " + child.name + ") " + function_of(child) + " ;;\n";
  return script + "      esac ;;\n  esac\n}\n\n";
}

std::string leaf_function(const Node& root, const Node& node) {
  std::string script = function_of(node) + "() {\n  _arguments -s -S";
  for (const auto& flag : flags_at(root, node)) script += " \\\n    " + spec_of(flag);
  for (const auto& argument : node.arguments) script += " \\\n    " + spec_of(argument);
  return script + "\n}\n\n";
}

constexpr const char* kFunctions = R"script(
_vegttt_tasks() {
  compadd -a vegttt_tasks
  _files -g "*.yaml"
}

_vegttt_keys() { compadd -S = -a vegttt_keys }

# Folders with a config.yaml: as typed, or below runs/.
_vegttt_runs() {
  local -a runs=($PREFIX*/config.yaml(N:h) $PREFIX*/*/config.yaml(N:h) runs/*/config.yaml(N:h))
  (( $#runs )) && compadd -a runs || _files -/
}

)script";

}  // namespace

std::string zsh_completion(const Node& root, const Vocabulary& words) {
  std::string script =
      "#compdef vegttt\n# zsh completion of vegttt, written by `vegttt completion zsh`.\n\n";
  script += "typeset -ga vegttt_tasks=(" + core::join(words.tasks, " ") + ")\n";
  script += "typeset -ga vegttt_keys=(" + core::join(words.keys, " ") + ")\n";
  script += kFunctions;
  for (const auto* node : all_nodes(root))
    script += node->children.empty() ? leaf_function(root, *node) : nested_function(root, *node);
  // Loaded from fpath the file is the function's body; sourced it defines it.
  return script +
         "if [[ $funcstack[1] == _vegttt ]]; then _vegttt_ \"$@\"; else compdef _vegttt_ "
         "vegttt; fi\n";
}

}  // namespace vegttt::cli

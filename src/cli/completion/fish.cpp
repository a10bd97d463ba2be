#include "completion/scripts.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

std::string quoted(const std::string& text) {
  return "'" + core::replace_all(core::replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
}

// What fish offers in a place; "" for plain text.
std::string candidates_of(const Value& value) {
  switch (value.kind) {
    case ValueKind::kText:
      return "";
    case ValueKind::kChoice:
      return core::join(value.choices, " ");
    case ValueKind::kTask:
      return "(string split ' ' $__vegttt_tasks; __fish_complete_suffix .yaml)";
    case ValueKind::kRun:
      return "(__vegttt_runs)";
    case ValueKind::kConfig:
      return "(__fish_complete_suffix .yaml)";
    case ValueKind::kOverride:
      return "(string split ' ' $__vegttt_keys)";
    case ValueKind::kFile:
      return "(__fish_complete_path)";
    case ValueKind::kFolder:
      return "(__fish_complete_directories)";
  }
  return "";
}

std::string condition(const Node& node) { return quoted("__vegttt_at " + quoted(node.path)); }

std::string line_of(const Node& node, const Flag& flag) {
  std::string line = "complete -c vegttt -n " + condition(node);
  for (const auto& name : flag.names)
    line += core::starts_with(name, "--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (flag.takes_value) line += " -r";
  const std::string candidates = flag.takes_value ? candidates_of(flag.value) : "";
  if (!candidates.empty()) line += " -a " + quoted(candidates);
  return line + " -d " + quoted(flag.meaning) + "\n";
}

std::string lines_of(const Node& root, const Node& node) {
  std::string lines;
  for (const auto& child : node.children)
    lines += "complete -c vegttt -n " + condition(node) + " -a " + quoted(child.name) + " -d " +
             quoted(child.meaning) + "\n";
  for (const auto& argument : node.arguments) {
    const std::string candidates = candidates_of(argument.value);
    if (!candidates.empty())
      lines += "complete -c vegttt -n " + condition(node) + " -a " + quoted(candidates) + "\n";
  }
  for (const auto& flag : flags_at(root, node)) lines += line_of(node, flag);
  return lines;
}

constexpr const char* kFunctions = R"script(
# Whether the words before the cursor lead to the command that is named: words that are one.
function __vegttt_at
    set -l path ''
    for word in (commandline -opc)[2..-1]
        set -l longer (string trim -- "$path $word")
        contains -- $longer $__vegttt_paths; and set path $longer
    end
    test "$path" = "$argv[1]"
end

# Folders with a config.yaml: as typed, or below runs/.
function __vegttt_runs
    set -l typed (commandline -ct)
    for file in $typed*/config.yaml $typed*/*/config.yaml runs/*/config.yaml
        string replace -r '/config.yaml$' '' -- $file
    end | sort -u
end

complete -c vegttt -f
)script";

}  // namespace

std::string fish_completion(const Node& root, const Vocabulary& words) {
  std::string script = "# fish completion of vegttt, written by `vegttt completion fish`.\n\n";
  script += "set -g __vegttt_tasks " + quoted(core::join(words.tasks, " ")) + "\n";
  std::vector<std::string> keys;
  for (const auto& key : words.keys) keys.push_back(key + "=");
  script += "set -g __vegttt_keys " + quoted(core::join(keys, " ")) + "\n";
  script += "set -g __vegttt_paths";
  for (const auto* node : all_nodes(root)) {
    if (!node->path.empty()) script += " " + quoted(node->path);
  }
  script += "\n";
  script += kFunctions;
  for (const auto* node : all_nodes(root)) script += lines_of(root, *node);
  return script;
}

}  // namespace vegttt::cli

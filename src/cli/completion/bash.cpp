#include "completion/scripts.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

// What the script's functions say about a value: a word, then the choices.
std::string code_of(const Value& value) {
  switch (value.kind) {
    case ValueKind::kText:
      return "text";
    case ValueKind::kChoice:
      return "choice " + core::join(value.choices, " ");
    case ValueKind::kTask:
      return "task";
    case ValueKind::kRun:
      return "run";
    case ValueKind::kConfig:
      return "config";
    case ValueKind::kOverride:
      return "override";
    case ValueKind::kFile:
      return "file";
    case ValueKind::kFolder:
      return "folder";
  }
  return "";
}

// One `case` over the paths of all commands.
template <class Text>
std::string by_path(const char* function, const Node& root, const Text& text_of) {
  std::string script = std::string(function) + "() {\n  case $1 in\n";
  for (const auto* node : all_nodes(root)) {
    const std::string text = text_of(*node);
    if (!text.empty()) script += "    '" + node->path + "') echo '" + text + "' ;;\n";
  }
  return script + "  esac\n}\n";
}

std::string child_names(const Node& node) {
  std::vector<std::string> names;
  for (const auto& child : node.children) names.push_back(child.name);
  return core::join(names, " ");
}

std::string flag_names(const Node& root, const Node& node) {
  std::vector<std::string> names;
  for (const auto& flag : flags_at(root, node))
    names.insert(names.end(), flag.names.begin(), flag.names.end());
  return core::join(names, " ");
}

// `_vegttt_flag_value PATH FLAG`: nothing for a flag without a value.
std::string flag_values(const Node& root) {
  std::string script = "_vegttt_flag_value() {\n  case \"$1|$2\" in\n";
  for (const auto* node : all_nodes(root)) {
    for (const auto& flag : flags_at(root, *node)) {
      if (!flag.takes_value) continue;
      std::vector<std::string> patterns;
      for (const auto& name : flag.names) patterns.push_back("'" + node->path + "|" + name + "'");
      script += "    " + core::join(patterns, " | ") + ") echo '" + code_of(flag.value) + "' ;;\n";
    }
  }
  return script + "  esac\n}\n";
}

// `_vegttt_argument PATH NUMBER`, counted from 0.
std::string arguments(const Node& root) {
  std::string script = "_vegttt_argument() {\n  case \"$1|$2\" in\n";
  for (const auto* node : all_nodes(root)) {
    for (std::size_t i = 0; i < node->arguments.size(); ++i) {
      const auto& argument = node->arguments[i];
      const std::string number = argument.repeats ? "*" : std::to_string(i);
      script +=
          "    '" + node->path + "|'" + number + ") echo '" + code_of(argument.value) + "' ;;\n";
    }
  }
  return script + "  esac\n}\n";
}

constexpr const char* kRest = R"script(
# Folders with a config.yaml: as typed, or below runs/.
_vegttt_runs() {
  local file
  for file in "$1"*/config.yaml "$1"*/*/config.yaml runs/*/config.yaml; do
    [[ -e $file && ${file%/config.yaml} == "$1"* ]] && echo "${file%/config.yaml}"
  done | sort -u
}

_vegttt_fill() {
  local kind=${1%% *} choices=${1#* } IFS=$'\n'
  case $kind in
    choice) COMPREPLY=($(IFS=' '; compgen -W "$choices" -- "$2")) ;;
    task) COMPREPLY=($(IFS=' '; compgen -W "$_vegttt_tasks" -- "$2"; compgen -f -X '!*.yaml' -- "$2")) ;;
    run) COMPREPLY=($(_vegttt_runs "$2"))
      [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -d -- "$2")) ;;
    config) COMPREPLY=($(compgen -f -X '!*.yaml' -- "$2"; compgen -d -- "$2")); compopt -o filenames 2>/dev/null ;;
    override) COMPREPLY=($(IFS=' '; compgen -S = -W "$_vegttt_keys" -- "$2")); compopt -o nospace 2>/dev/null ;;
    file) COMPREPLY=($(compgen -f -- "$2")); compopt -o filenames 2>/dev/null ;;
    folder) COMPREPLY=($(compgen -d -- "$2")); compopt -o filenames 2>/dev/null ;;
  esac
}

_vegttt() {
  local current=${COMP_WORDS[COMP_CWORD]} path= flag= value= word i number=0
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then  # bash splits --flag=value and key=value here
      [[ -n $flag ]] || ((i++))
    elif [[ -n $flag ]]; then
      flag=
    elif [[ $word == -* ]]; then
      [[ -n $(_vegttt_flag_value "$path" "$word") ]] && flag=$word
    elif [[ " $(_vegttt_children "$path") " == *" $word "* ]]; then
      path+=${path:+ }$word
      number=0
    else
      ((number++))
    fi
  done
  [[ $current == = ]] && current=
  if [[ -n $flag ]]; then
    _vegttt_fill "$(_vegttt_flag_value "$path" "$flag")" "$current"
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(_vegttt_flags "$path")" -- "$current"))
  elif [[ ${COMP_WORDS[COMP_CWORD - 1]} != = ]]; then
    local children=$(_vegttt_children "$path")
    if [[ -n $children ]]; then
      COMPREPLY=($(compgen -W "$children" -- "$current"))
    else
      _vegttt_fill "$(_vegttt_argument "$path" "$number")" "$current"
    fi
  fi
}

complete -F _vegttt vegttt
)script";

}  // namespace

std::string bash_completion(const Node& root, const Vocabulary& words) {
  return "# bash completion of vegttt, written by `vegttt completion bash`.\n\n_vegttt_tasks='" +
         core::join(words.tasks, " ") + "'\n_vegttt_keys='" + core::join(words.keys, " ") +
         "'\n\n" + by_path("_vegttt_children", root, child_names) + "\n" +
         by_path("_vegttt_flags", root, [&](const Node& node) { return flag_names(root, node); }) +
         "\n" + flag_values(root) + "\n" + arguments(root) + kRest;
}

}  // namespace vegttt::cli

#include "completion/man_page.h"

#include "help.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

// Text that is no request of roff and whose hyphens can be copied.
std::string roff(const std::string& text) {
  std::string out = core::replace_all(text, "\\", "\\e");
  out = core::replace_all(out, "-", "\\-");
  out = core::replace_all(out, "~", "\\(ti");
  out = core::replace_all(out, "^", "\\(ha");
  out = core::replace_all(out, "`", "\\(ga");
  out = core::replace_all(out, "'", "\\(aq");
  return core::starts_with(out, ".") ? "\\&" + out : out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

std::string value_word(const Flag& flag) {
  return flag.value.kind == ValueKind::kChoice ? roff(core::join(flag.value.choices, "|"))
                                               : italic("value");
}

std::string tagged(const std::string& tag, const std::string& text) {
  return ".TP\n" + tag + "\n" + text + "\n";
}

std::string flag_text(const Flag& flag) {
  std::vector<std::string> names;
  for (const auto& name : flag.names) names.push_back(bold(name));
  std::string tag = core::join(names, ", ");
  if (flag.takes_value) tag += " " + value_word(flag) + (flag.repeats ? " ..." : "");
  std::string text = roff(flag.meaning);
  if (!flag.fallback.empty()) text += " (otherwise " + roff(flag.fallback) + ")";
  return tagged(tag, text);
}

bool is_common(const Node& first, const Flag& flag) {
  for (const auto& other : first.flags) {
    if (other.names == flag.names) return true;
  }
  return false;
}

std::string usage(const Node& node) {
  std::string line = bold("vegttt " + node.path);
  for (const auto& argument : node.arguments) {
    std::string word = italic(argument.name) + (argument.repeats ? " ..." : "");
    line += argument.required ? " " + word : " [" + word + "]";
  }
  return line;
}

// One command: usage, meaning, arguments, its own flags. `common` has the flags of all.
std::string section(const Node& node, const Node& common) {
  std::string text = ".SS \"" + roff("vegttt " + node.path) + "\"\n" + usage(node) + "\n.PP\n" +
                     roff(node.meaning) + ".\n";
  for (const auto& argument : node.arguments)
    text += tagged(italic(argument.name), roff(argument.meaning));
  for (const auto& flag : node.flags) {
    if (!is_common(common, flag)) text += flag_text(flag);
  }
  for (const auto& one : node.examples)
    text += ".PP\n" + roff(one.does) + ":\n.PP\n.nf\n.RS\n" + bold(one.command) + "\n.RE\n.fi\n";
  return text;
}

std::string sections(const Node& root, const Node& common) {
  std::string text;
  for (const auto* node : all_nodes(root)) {
    if (!node->path.empty() && node->children.empty()) text += section(*node, common);
  }
  return text;
}

std::string common_flags(const Node& common) {
  std::string text;
  for (const auto& flag : common.flags) text += flag_text(flag);
  return text;
}

std::string exit_status() {
  std::string text;
  for (const auto& row : exit_codes())
    text += tagged(bold(std::to_string(static_cast<int>(row.code))), roff(row.meaning));
  return text;
}

constexpr const char* kDate = "2026-11-23";  // of the words here; the flags are the program's

constexpr const char* kFiles =
    ".TP\n.I runs/NAME/\nA run: its config, its records, its tables, its checkpoints.\n"
    ".TP\n.I ~/.cache/vegttt/\nCompiled headers and objects; it may be deleted at any time.\n";

}  // namespace

std::string man_page(const Node& root) {
  // `completion` has no flags but those of every command.
  Node common;
  for (const auto& verb : root.children) {
    if (verb.name == "completion") common = verb;
  }
  return ".TH VEGTTT 1 " + std::string(kDate) + " \"" +
         roff(std::string(core::trim(version_line()))) +
         "\" \"User Commands\"\n.SH NAME\nvegttt \\- " + roff(root.meaning) +
         "\n.SH SYNOPSIS\n.B vegttt\n.I command\n[\\fIoptions\\fR]\n.SH DESCRIPTION\n" +
         "Samples kernels from a language model, compiles, checks and times each one, updates an "
         "adapter from the measured rewards, selects a checkpoint, and writes tables whose numbers "
         "can be derived again from the records.\n.PP\nAn experiment is a YAML file; "
         "\\fIkey\\fR=\\fIvalue\\fR after it overrides a key. Flags say how to run, never what is "
         "computed. Results go to standard output, everything else to standard error.\n"
         ".SH OPTIONS\nOf every command:\n" +
         common_flags(common) + ".SH COMMANDS\n" + sections(root, common) + ".SH EXIT STATUS\n" +
         exit_status() +
         ".PP\nKernels that fail inside a run are data and do not change the code.\n.SH FILES\n" +
         kFiles;
}

}  // namespace vegttt::cli

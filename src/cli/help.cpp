#include "help.h"

#include "subcommand.h"
#include "vegttt/core/text.h"

#ifndef VEGTTT_VERSION
#error "VEGTTT_VERSION comes from CMake"
#endif

namespace vegttt::cli {

std::string version_line() { return "vegttt " VEGTTT_VERSION "\n"; }

std::string overview() {
  std::string text =
      "vegttt: how much test-time adaptation is worth its compute, measured.\n\n"
      "usage: vegttt COMMAND [options]\n\n";
  core::TextTable table({"", ""});
  for (const auto& verb : verbs()) table.add({std::string("  ") + verb.name, verb.description});
  table.add({"  help", "this page; `help COMMAND`; `help exit-codes`; `help man`"});
  text += table.plain().substr(1);  // the header row is empty
  text += "\nStart here: vegttt doctor\n";
  return text;
}

// A test produces each of them.
const std::vector<ExitCodeRow>& exit_codes() {
  using core::ExitCode;
  static const std::vector<ExitCodeRow> rows = {
      {ExitCode::kDone, "done"},
      {ExitCode::kInternal, "internal error: a mistake of ours, please report it"},
      {ExitCode::kUsage, "the command line is wrong"},
      {ExitCode::kConfig, "a config or input file is invalid"},
      {ExitCode::kMachine, "the machine is not fit: see `vegttt doctor`"},
      {ExitCode::kNotPassed, "`eval`, `scaffold --fill`: the kernel did not pass"},
      {ExitCode::kEndedEarly, "the run ended early and can be resumed"},
      {ExitCode::kInterrupted, "interrupted (Ctrl-C), state saved"},
      {ExitCode::kTerminated, "terminated, state saved"},
  };
  return rows;
}

std::string exit_codes_table() {
  core::TextTable table({"code", "meaning"}, {true, false});
  for (const auto& row : exit_codes())
    table.add({std::to_string(static_cast<int>(row.code)), row.meaning});
  return table.plain() + "\nKernels that fail inside a run are data and do not change the code.\n";
}

}  // namespace vegttt::cli

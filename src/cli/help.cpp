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
  table.add({"  help", "this page; `help COMMAND`; `help exit-codes`"});
  text += table.plain().substr(1);  // the header row is empty
  text += "\nStart here: vegttt doctor\n";
  return text;
}

std::string exit_codes_table() {
  core::TextTable table({"code", "meaning"}, {true, false});
  table.add({"0", "done"});
  table.add({"1", "internal error: a mistake of ours, please report it"});
  table.add({"2", "the command line is wrong"});
  table.add({"3", "a config or input file is invalid"});
  table.add({"4", "the machine is not fit: see `vegttt doctor`"});
  table.add({"5", "`eval`: the kernel did not pass"});
  table.add({"6", "the run ended early and can be resumed"});
  table.add({"130", "interrupted (Ctrl-C), state saved"});
  table.add({"143", "terminated, state saved"});
  return table.plain() + "\nKernels that fail inside a run are data and do not change the code.\n";
}

}  // namespace vegttt::cli

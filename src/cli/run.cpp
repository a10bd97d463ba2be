#include "vegttt/cli/run.h"

#include <fcntl.h>

#include <iostream>

#include "command.h"
#include "completion/command_tree.h"
#include "completion/man_page.h"
#include "failure.h"
#include "help.h"
#include "vegttt/core/log.h"
#include "vegttt/core/stop.h"
#include "wait_policy.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;

void set_verbosity(const CommonOptions& common) {
  if (common.verbose > 0) core::set_log_level(core::LogLevel::kDebug);
  if (common.quiet == 1) core::set_log_level(core::LogLevel::kWarn);
  if (common.quiet > 1) core::set_log_level(core::LogLevel::kError);
}

// Parses the words after the verb and runs it.
ExitCode run_verb(const Verb& verb, const CommonOptions& common, std::vector<std::string> words) {
  const Command command = make_command(verb, common);
  if (!parse(command, verb.name, std::move(words))) return ExitCode::kDone;
  set_verbosity(*command.common);
  core::install_stop_handlers();
  return command.subcommand->run(*command.common);
}

ExitCode help(const std::vector<std::string>& words) {
  if (words.empty()) {
    std::cout << overview();
  } else if (words.front() == "exit-codes") {
    std::cout << exit_codes_table();
  } else if (words.front() == "man") {
    std::cout << man_page(command_tree());
  } else {
    std::vector<std::string> rest(words.begin() + 1, words.end());
    rest.push_back("--help");
    return run_verb(find_verb(words.front()), {}, rest);
  }
  return ExitCode::kDone;
}

ExitCode dispatch(std::vector<std::string> words) {
  CommonOptions common;
  common.argv = words;
  words.erase(words.begin());
  if (words.empty()) {
    std::cerr << overview();
    return ExitCode::kUsage;
  }
  const std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "help" || verb == "--help" || verb == "-h") return help(words);
  if (verb == "--version" || verb == "version") {
    std::cout << version_line();
    return ExitCode::kDone;
  }
  return run_verb(find_verb(verb), common, words);
}

// A standard stream that the caller has closed gets an end that nothing goes through: otherwise the
// next file opened here takes its number, and news for people end in the records.
void occupy_closed_streams() {
  for (const int fd : {0, 1, 2}) {
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", O_PATH);
  }
}

}  // namespace

int run(int argc, char** argv) {
  occupy_closed_streams();
  if (argc > 1) wait_passively(argv[1], argv);
  try {
    const ExitCode code = dispatch({argv, argv + argc});
    std::cout.flush();
    // Output that did not arrive (disk full, closed pipe) is a failure, not a success.
    if (!std::cout)
      throw core::MachineError("the results could not be written to standard output", "write");
    return static_cast<int>(code);
  } catch (...) {
    return report_failure(std::current_exception());
  }
}

}  // namespace vegttt::cli

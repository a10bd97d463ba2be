#include "vegttt/cli/run.h"

#include <fcntl.h>

#include <algorithm>
#include <iostream>

#include "failure.h"
#include "help.h"
#include "subcommand.h"
#include "vegttt/core/log.h"
#include "vegttt/core/stop.h"
#include "vegttt/core/text.h"
#include "wait_policy.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;

std::vector<std::string> verb_names() {
  std::vector<std::string> names = {"help"};
  for (const auto& verb : verbs()) names.push_back(verb.name);
  return names;
}

const Verb& find_verb(const std::string& name) {
  for (const auto& verb : verbs()) {
    if (name == verb.name) return verb;
  }
  throw core::UsageError(
      "unknown command '" + name + "'" + core::did_you_mean(name, verb_names()), "", "vegttt help");
}

// Names that the parsed command would have taken at this place: its flags, or its nested verbs.
std::vector<std::string> known_words(const CLI::App& app, bool flags) {
  std::vector<std::string> words;
  if (flags) {
    for (const auto* option : app.get_options()) {
      for (const auto& name : option->get_lnames()) words.push_back("--" + name);
    }
  } else {
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
      words.push_back(sub->get_name());
  }
  return words;
}

[[noreturn]] void refuse_extras(const CLI::App& app, const std::string& help) {
  const CLI::App* deepest = &app;
  while (!deepest->get_subcommands().empty()) deepest = deepest->get_subcommands().front();
  const std::string word = app.remaining(true).empty() ? "" : app.remaining(true).front();
  const bool flag = core::starts_with(word, "-");
  const std::string bare = word.substr(0, word.find('='));
  std::vector<std::string> known = known_words(*deepest, flag);
  if (flag && deepest != &app) {
    for (auto& outer : known_words(app, true)) known.push_back(std::move(outer));
  }
  throw core::UsageError((flag ? "unknown option '" : "unexpected argument '") + bare + "'" +
                             core::did_you_mean(bare, known),
                         "",
                         help);
}

std::string nested_verbs(const CLI::App& app) { return core::join(known_words(app, false), ", "); }

[[noreturn]] void refuse(const CLI::ParseError& e, const CLI::App& app, const std::string& help) {
  if (dynamic_cast<const CLI::ExtrasError*>(&e) != nullptr) refuse_extras(app, help);
  throw core::UsageError(e.what(), "", help);
}

void set_verbosity(const CommonOptions& common) {
  if (common.verbose > 0) core::set_log_level(core::LogLevel::kDebug);
  if (common.quiet == 1) core::set_log_level(core::LogLevel::kWarn);
  if (common.quiet > 1) core::set_log_level(core::LogLevel::kError);
}

// Parses the words after the verb and runs it.
ExitCode run_verb(const Verb& verb, CommonOptions common, std::vector<std::string> words) {
  CLI::App app(verb.description, std::string("vegttt ") + verb.name);
  app.fallthrough();
  add_common_options(app, common);
  const auto subcommand = verb.make();
  subcommand->add(app);
  // Asked after parsing: an unknown nested verb is a better message than "a subcommand is
  // required".
  const bool needs_nested = app.get_require_subcommand_min() > 0;
  app.require_subcommand(0, app.get_require_subcommand_max());
  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    return ExitCode::kDone;
  } catch (const CLI::ParseError& e) {
    refuse(e, app, std::string("vegttt help ") + verb.name);
  }
  if (needs_nested && app.get_subcommands().empty())
    throw core::UsageError(std::string(verb.name) + " needs one of: " + nested_verbs(app),
                           "",
                           std::string("vegttt help ") + verb.name);
  set_verbosity(common);
  core::install_stop_handlers();
  return subcommand->run(common);
}

ExitCode help(const std::vector<std::string>& words) {
  if (words.empty()) {
    std::cout << overview();
  } else if (words.front() == "exit-codes") {
    std::cout << exit_codes_table();
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

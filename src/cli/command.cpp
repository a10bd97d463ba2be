#include "command.h"

#include <algorithm>
#include <iostream>

#include "examples.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

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

[[noreturn]] void refuse(const CLI::ParseError& e, const CLI::App& app, const std::string& help) {
  if (dynamic_cast<const CLI::ExtrasError*>(&e) != nullptr) refuse_extras(app, help);
  throw core::UsageError(e.what(), "", help);
}

void add_examples(CLI::App& app, const std::string& path) {
  const std::string own = app.get_footer(), examples = examples_text(path);
  app.footer(own + (own.empty() || examples.empty() ? "" : "\n\n") + examples);
  for (auto* nested : app.get_subcommands([](const CLI::App*) { return true; }))
    add_examples(*nested, path + " " + nested->get_name());
}

}  // namespace

Command make_command(const Verb& verb, const CommonOptions& common) {
  Command command{std::make_unique<CommonOptions>(common),
                  verb.make(),
                  std::make_unique<CLI::App>(verb.description, std::string("vegttt ") + verb.name),
                  false};
  command.app->fallthrough();
  add_common_options(*command.app, *command.common);
  command.subcommand->add(*command.app);
  add_examples(*command.app, verb.name);
  // Asked after parsing: an unknown nested verb is a better message than "a subcommand is
  // required".
  command.needs_nested = command.app->get_require_subcommand_min() > 0;
  command.app->require_subcommand(0, command.app->get_require_subcommand_max());
  return command;
}

const Verb& find_verb(const std::string& name) {
  std::vector<std::string> names = {"help"};
  for (const auto& verb : verbs()) {
    if (name == verb.name) return verb;
    names.push_back(verb.name);
  }
  throw core::UsageError(
      "unknown command '" + name + "'" + core::did_you_mean(name, names), "", "vegttt help");
}

bool parse(const Command& command, const std::string& verb, std::vector<std::string> words) {
  const std::string help = "vegttt help " + verb;
  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the back
    command.app->parse(words);
  } catch (const CLI::CallForHelp&) {
    std::cout << command.app->help();
    return false;
  } catch (const CLI::ParseError& e) {
    refuse(e, *command.app, help);
  }
  if (command.needs_nested && command.app->get_subcommands().empty())
    throw core::UsageError(
        verb + " needs one of: " + core::join(known_words(*command.app, false), ", "), "", help);
  return true;
}

}  // namespace vegttt::cli

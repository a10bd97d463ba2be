// Help pages and the manual are made of what is parsed, and end with commands that parse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "command.h"
#include "completion/command_tree.h"
#include "completion/man_page.h"
#include "program.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

using ::testing::HasSubstr;

// The words of an example up to a pipe or a redirection, as a shell takes them apart.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (const auto word : core::split(line, ' ')) {
    if (word == "|" || word == ">" || word == "<") break;
    words.emplace_back(word);
  }
  return words;
}

TEST(Manual, EveryCommandHasExamplesThatParse) {
  const Node root = command_tree();
  for (const auto* node : all_nodes(root)) {
    if (node->path.empty() || node->path == "help") continue;
    EXPECT_FALSE(node->examples.empty()) << node->path << " has no example in examples.cpp";
    for (const auto& example : node->examples) {
      auto words = words_of(example.command);
      ASSERT_EQ(words[0], "vegttt") << example.command;
      const std::string verb = words[1];
      EXPECT_TRUE(core::starts_with(example.command, "vegttt " + node->path)) << example.command;
      words.erase(words.begin(), words.begin() + 2);
      // `tasks` alone is explained by one of its nested verbs.
      EXPECT_NO_THROW(EXPECT_TRUE(parse(make_command(find_verb(verb)), verb, words)))
          << example.command;
    }
  }
}

TEST(Manual, HelpPagesEndWithTheExamples) {
  const auto help = vegttt_program({"help", "adapt"});
  EXPECT_THAT(help.out, HasSubstr("Examples:\n  vegttt adapt --boa configs/experiments/"));
  EXPECT_THAT(vegttt_program({"help", "tasks", "show"}).out, HasSubstr("Examples:\n"));
}

TEST(Manual, NamesEveryCommandFlagAndExitCode) {
  const Node root = command_tree();
  const std::string page = core::replace_all(man_page(root), "\\-", "-");
  for (const auto* node : all_nodes(root)) {
    if (!node->path.empty() && node->children.empty()) {
      EXPECT_THAT(page, HasSubstr(".SS \"vegttt " + node->path + "\""));
    }
    for (const auto& flag : node->flags)
      EXPECT_THAT(page, HasSubstr("\\fB" + flag.names.back() + "\\fR"));
  }
  EXPECT_THAT(page, HasSubstr("\\fB143\\fR"));
}

TEST(Manual, IsRenderedWithoutWarnings) {
  const core::TemporaryFolder folder;
  const auto file = folder.path() / "vegttt.1";
  core::write_file_atomically(file, man_page(command_tree()));
  const auto renders = [&](const std::string& tool, const std::string& command) {
    if (shell("command -v " + tool).exit_code != 0) {
      std::cout << "no " << tool << " here: skipped\n";
      return;
    }
    const auto result =
        shell("MANROFFSEQ= LC_ALL=C.UTF-8 MANWIDTH=90 " + command + " '" + file.string() + "'");
    EXPECT_EQ(result.exit_code, 0) << tool << ": " << result.out.substr(0, 300) << result.err;
    EXPECT_EQ(result.err, "") << tool;
    if (tool != "mandoc") {
      EXPECT_TRUE(result.out.find("User Commands") != std::string::npos) << tool;
    }
  };
  renders("man", "man --warnings=w -l");
  renders("groff", "groff -ww -man -Tutf8");
  renders("mandoc", "mandoc -T lint -W warning");
}

TEST(Manual, IsPrintedByTheProgram) {
  EXPECT_EQ(vegttt_program({"help", "man"}).out.substr(0, 4), ".TH ");
}

}  // namespace
}  // namespace vegttt::cli

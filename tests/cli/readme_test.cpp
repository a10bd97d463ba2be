// What README.md names exists, and the task in it is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "completion/command_tree.h"
#include "program.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {
namespace {

std::string readme() { return core::read_file(core::fs::path(VEGTTT_SOURCE_DIR) / "README.md"); }

// Commands between backticks and on lines of their own, without "vegttt ".
std::vector<std::string> commands_of(const std::string& text) {
  static const std::regex pattern(R"((?:`|\n)vegttt ([^`\n]+))");
  std::vector<std::string> commands;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    commands.push_back(core::replace_all((*it)[1], "\\|", "|"));
  return commands;
}

// "policy show|tokenize": every path that is meant.
std::vector<std::string> paths_of(const std::string& command) {
  const auto words = core::split(command, ' ');
  std::vector<std::string> paths;
  const std::string verb(words[0]);
  for (const auto nested : core::split(words.size() > 1 ? words[1] : "", '|'))
    paths.push_back(verb + " " + std::string(nested));
  return paths;
}

const Node* node_at(const Node& root, const std::string& path) {
  for (const auto* node : all_nodes(root)) {
    if (node->path == path) return node;
  }
  return nullptr;
}

TEST(Readme, NamesOnlyCommandsAndFlagsThatExist) {
  const Node root = command_tree();
  const auto commands = commands_of(readme());
  EXPECT_GT(commands.size(), 15u);
  for (const auto& command : commands) {
    const std::string verb(core::split(command, ' ')[0]);
    const Node* of_verb = node_at(root, verb);
    ASSERT_NE(of_verb, nullptr) << "README.md: vegttt " << command;
    std::vector<const Node*> nodes;
    for (const auto& path : paths_of(command)) {
      const Node* nested = node_at(root, path);
      EXPECT_TRUE(of_verb->children.empty() || nested != nullptr) << "README.md: vegttt " << path;
      nodes.push_back(nested == nullptr ? of_verb : nested);
    }
    static const std::regex flag_pattern(R"((?:^|[ \[|])(--[a-z-]+))");
    for (std::sregex_iterator it(command.begin(), command.end(), flag_pattern), end; it != end;
         ++it) {
      for (const auto* node : nodes) {
        std::vector<std::string> names;
        for (const auto& flag : flags_at(root, *node))
          names.insert(names.end(), flag.names.begin(), flag.names.end());
        EXPECT_THAT(names, ::testing::Contains((*it)[1].str())) << "README.md: vegttt " << command;
      }
    }
  }
}

TEST(Readme, MentionsEveryCommand) {
  const std::string text = readme();
  for (const auto& verb : command_tree().children)
    EXPECT_THAT(text, ::testing::ContainsRegex("[` ]" + verb.name)) << verb.name;
}

TEST(Readme, HasATaskThatPassesItsLint) {
  const std::string text = readme();
  const auto begin = text.find("id: mine/1");
  ASSERT_NE(begin, std::string::npos);
  const core::TemporaryFolder folder;
  const auto file = folder.path() / "swish.yaml";
  core::write_file_atomically(file, text.substr(begin, text.find("```", begin) - begin));
  const auto result = vegttt_program({"tasks", "lint", file.string()});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, ::testing::HasSubstr("1 ok"));
}

}  // namespace
}  // namespace vegttt::cli

// Completion scripts are asked by the shells they are for, as far as those are installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"
#include "vegttt/core/text.h"
#include "written_run.h"

namespace vegttt {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Not;

std::string script_for(const std::string& shell) {
  const auto result = vegttt_program({"completion", shell});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result.out;
}

bool is_installed(const std::string& shell) {
  return vegttt::shell("command -v " + shell).exit_code == 0;
}

// What a shell offers for the last of the words, in a folder that holds one run and one config.
class Completion : public ::testing::Test {
 protected:
  Completion() {
    WrittenRun().write(folder_.path() / "runs" / "quick");
    core::write_file_atomically(folder_.path() / "mine.yaml", "seed: 1\n");
  }

  std::vector<std::string> run(const std::vector<std::string>& argv) const {
    core::ProcessOptions options;
    options.argv = argv;
    options.working_folder = folder_.path().string();
    const auto result = core::run_process(options);
    EXPECT_EQ(result.err, "");
    std::vector<std::string> words;
    for (const auto line : core::lines_of(result.out)) {
      if (!line.empty()) words.emplace_back(line);
    }
    return words;
  }

  std::vector<std::string> bash(std::vector<std::string> words) const {
    static const std::string script = script_for("bash");
    const auto file = folder_.path() / "vegttt.bash";
    core::write_file_atomically(file, script);
    std::string command = "source '" + file.string() + "'; COMP_WORDS=(vegttt";
    for (const auto& word : words) command += " '" + word + "'";
    command += "); COMP_CWORD=" + std::to_string(words.size()) +
               "; compopt() { :; }; _vegttt; printf '%s\\n' \"${COMPREPLY[@]}\"";
    return run({"bash", "--norc", "-u", "-c", command});
  }

  // Without descriptions.
  std::vector<std::string> fish(const std::string& line) const {
    static const std::string script = script_for("fish");
    const auto file = folder_.path() / "vegttt.fish";
    core::write_file_atomically(file, script);
    auto offered = run({"fish",
                        "--no-config",
                        "-c",
                        "source '" + file.string() + "'; complete -C '" + line + "'"});
    for (auto& one : offered) one = one.substr(0, one.find('\t'));
    return offered;
  }

  // The line after Tab, typed into an interactive zsh on a terminal of its own.
  std::string zsh(const std::string& typed) const {
    const auto functions = folder_.path() / "functions";
    core::make_folder(functions);
    static const std::string script = script_for("zsh");
    core::write_file_atomically(functions / "_vegttt", script);
    core::write_file_atomically(folder_.path() / "ask.zsh",
                                "zmodload zsh/zpty\n"
                                "zpty -b shell zsh -f -i\n"
                                "zpty -w shell \"PS1=; fpath=($1 \\$fpath); autoload -Uz compinit; "
                                "compinit -u -D; bindkey '^I' expand-or-complete; echo rea''dy\"\n"
                                "zpty -r shell out '*ready*'\n"
                                "zpty -wn shell \"$2\"$'\\t'\n"
                                "sleep 1\n"
                                "zpty -wn shell $'\\x01echo \"<\\x05>\"\\n'\n"
                                "zpty -r shell out $'*\\n<*>*'\n"
                                "print -r -- ${${out##*$'\\n'<}%%>*}\n"
                                "zpty -d shell\n");
    const auto lines =
        run({"zsh", "-f", (folder_.path() / "ask.zsh").string(), functions.string(), typed});
    return lines.empty() ? "" : std::string(core::trim(lines.back()));
  }

  core::TemporaryFolder folder_;
};

TEST_F(Completion, OfBashKnowsCommandsFlagsValuesTasksRunsAndKeys) {
  EXPECT_THAT(bash({"ada"}), ElementsAre("adapt"));
  EXPECT_THAT(bash({""}), IsSupersetOf({"adapt", "watch", "compare", "help"}));
  EXPECT_THAT(bash({"tasks", "s"}), ElementsAre("show", "split"));
  EXPECT_THAT(bash({"adapt", "--met"}), ElementsAre("--method"));
  EXPECT_THAT(bash({"adapt", "--if-exists", "re"}), ElementsAre("resume", "replace"));
  EXPECT_THAT(bash({"adapt", "--if-exists", "=", "re"}), ElementsAre("resume", "replace"));
  EXPECT_THAT(bash({"eval", "--task", "L1/9"}), Contains("L1/95"));
  EXPECT_THAT(bash({"watch", "runs/q"}), ElementsAre("runs/quick"));
  EXPECT_THAT(bash({"compare", "runs/quick", "r"}), ElementsAre("runs/quick"));
  EXPECT_THAT(bash({"adapt", "mi"}), ElementsAre("mine.yaml"));
  EXPECT_THAT(bash({"adapt", "-q", "mine.yaml", "learn.learning_r"}),
              ElementsAre("learn.learning_rate="));
  EXPECT_THAT(bash({"adapt", "mine.yaml", "seed", "=", "7", "learn.learning_r"}),
              ElementsAre("learn.learning_rate="));
  EXPECT_THAT(bash({"help", "exit"}), ElementsAre("exit-codes"));
  EXPECT_THAT(bash({"policy", "show", "--a"}), ElementsAre("--adapter"));
}

TEST_F(Completion, OfFishKnowsTheSame) {
  if (!is_installed("fish")) GTEST_SKIP() << "no fish here";
  EXPECT_THAT(fish("vegttt ada"), ElementsAre("adapt"));
  EXPECT_THAT(fish("vegttt tasks s"), ElementsAre("show", "split"));
  EXPECT_THAT(fish("vegttt adapt --met"), ElementsAre("--method"));
  EXPECT_THAT(fish("vegttt adapt --if-exists re"), IsSupersetOf({"resume", "replace"}));
  EXPECT_THAT(fish("vegttt eval --task L1/9"), Contains("L1/95"));
  EXPECT_THAT(fish("vegttt watch runs/q"), ElementsAre("runs/quick"));
  EXPECT_THAT(fish("vegttt adapt mine.yaml learn.learning_r"), Contains("learn.learning_rate="));
  EXPECT_THAT(fish("vegttt watch ada"), Not(Contains("adapt")));
}

TEST_F(Completion, OfZshKnowsTheSame) {
  if (!is_installed("zsh")) GTEST_SKIP() << "no zsh here";
  EXPECT_EQ(zsh("vegttt ada"), "vegttt adapt");
  EXPECT_EQ(zsh("vegttt adapt --met"), "vegttt adapt --method");
  EXPECT_EQ(zsh("vegttt adapt --progress pl"), "vegttt adapt --progress plain");
  EXPECT_EQ(zsh("vegttt watch runs/q"), "vegttt watch runs/quick");
  EXPECT_EQ(zsh("vegttt adapt mine.yaml learn.learning_r"),
            "vegttt adapt mine.yaml learn.learning_rate=");
}

TEST_F(Completion, RefusesAnotherShell) {
  EXPECT_EQ(vegttt_program({"completion", "tcsh"}).exit_code, 2);
}

}  // namespace
}  // namespace vegttt

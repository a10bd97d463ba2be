#include "vegttt/config/experiment.h"

#include <gtest/gtest.h>

#include <set>

#include "constraints.h"
#include "vegttt/core/error.h"

namespace vegttt::config {
namespace {

std::string refusal(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  try {
    parse_experiment(yaml, "configs/boa.yaml", overrides);
    return "accepted";
  } catch (const core::UserError& e) {
    EXPECT_EQ(e.code(), core::ExitCode::kConfig);
    return e.what();
  }
}

TEST(Experiment, TakesValuesFromTheFileAndRemembersTheLine) {
  const auto loaded = parse_experiment(
      "seed: 7\nlearn:\n  learning_rate: 1e-5\n  loss: ppo\n", "configs/boa.yaml", {});
  EXPECT_EQ(loaded.values.seed, 7);
  EXPECT_DOUBLE_EQ(loaded.values.learn.learning_rate, 1e-5);
  EXPECT_EQ(loaded.origins.at("learn.learning_rate").text, "configs/boa.yaml:3");
  EXPECT_EQ(loaded.origins.at("learn.beta1").text, "default");
}

TEST(Experiment, LetsTheCommandLineWinOverTheFile) {
  const auto loaded =
      parse_experiment("seed: 7\n", "configs/boa.yaml", {"seed=9", "tasks.ids=4,5"});
  EXPECT_EQ(loaded.values.seed, 9);
  EXPECT_EQ(loaded.values.tasks.ids, (std::vector<std::string>{"4", "5"}));
  EXPECT_EQ(loaded.origins.at("seed").text, "command line");
}

TEST(Experiment, NamesTheWrongTypeWithFileAndLine) {
  EXPECT_EQ(refusal("learn:\n  learning_rate: fast\n"),
            "configs/boa.yaml:2: learn.learning_rate: expected a number, got 'fast'");
  EXPECT_EQ(refusal("seed: 1.5\n"), "configs/boa.yaml:1: seed: expected an integer, got '1.5'");
  EXPECT_EQ(refusal("tasks:\n  ids: 4\n"),
            "configs/boa.yaml:2: tasks.ids: expected a list, got '4'");
  EXPECT_EQ(refusal("seed: [1]\n"), "configs/boa.yaml:1: seed: expected an integer, got a list");
  EXPECT_EQ(refusal("learn:\n  reset_optimizer: maybe\n"),
            "configs/boa.yaml:2: learn.reset_optimizer: expected true or false, got 'maybe'");
  EXPECT_EQ(refusal("sampling:\n  top_k: 99999999999\n"),
            "configs/boa.yaml:2: sampling.top_k: expected an integer, got '99999999999'");
}

TEST(Experiment, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(refusal("sampling:\n  samples_per_tsk: 8\n"),
            "configs/boa.yaml:2: unknown key 'sampling.samples_per_tsk' - did you mean "
            "'sampling.samples_per_task'?");
  EXPECT_EQ(refusal("", {"lerning_rate=1e-6"}),
            "command line: unknown key 'lerning_rate' - did you mean 'learn.learning_rate'?");
  EXPECT_EQ(refusal("banana: 1\n"), "configs/boa.yaml:1: unknown key 'banana'");
}

TEST(Experiment, DoesNotAcceptTheLastPartOfAKeyAlone) {
  EXPECT_NE(refusal("learning_rate: 1e-6\n")
                .find("unknown key 'learning_rate' - did you mean 'learn.learning_rate'?"),
            std::string::npos);
}

TEST(Experiment, FindsDoubledKeysInTheFileAndOnTheCommandLine) {
  EXPECT_EQ(refusal("seed: 1\nlearn:\n  beta1: 0.9\n  beta1: 0.8\n"),
            "configs/boa.yaml:4: key 'learn.beta1' was already given in line 3");
  EXPECT_EQ(refusal("learn: {beta1: 0.9}\nseed: 1\nlearn: {beta2: 0.9}\n"),
            "configs/boa.yaml:3: key 'learn' was already given in line 1");
  EXPECT_EQ(refusal("", {"seed=1", "seed=2"}), "command line: key 'seed' is given twice");
}

TEST(Experiment, ListsEveryMistakeAtOnce) {
  const std::string message =
      refusal("seed: x\nlearn:\n  los: ppo\n  loss: pop\n", {"adapt.steps=-1", "noequals"});
  EXPECT_NE(message.find("5 mistakes"), std::string::npos) << message;
  EXPECT_NE(message.find("configs/boa.yaml:1: seed: expected an integer"), std::string::npos);
  EXPECT_NE(
      message.find("configs/boa.yaml:3: unknown key 'learn.los' - did you mean 'learn.loss'?"),
      std::string::npos);
  EXPECT_NE(
      message.find("configs/boa.yaml:4: learn.loss: expected importance_sampling, ppo, dual_clip, "
                   "cispo, dro, dppo, gspo, reinforce, got 'pop'"),
      std::string::npos)
      << message;
  EXPECT_NE(message.find("command line: adapt.steps: expected between 0 and"), std::string::npos)
      << message;
  EXPECT_NE(message.find("command line: expected key=value, got 'noequals'"), std::string::npos);
}

TEST(Experiment, SaysThatAGroupIsNoValue) {
  EXPECT_EQ(refusal("learn: 3\n"), "configs/boa.yaml:1: 'learn' is a group of keys, got '3'");
  EXPECT_EQ(refusal("learn:\nseed: 1\n"), "accepted");
}

TEST(Experiment, NamesTheLineOfBrokenYaml) {
  EXPECT_EQ(refusal("seed: 1\nlearn: [\n").substr(0, 19), "configs/boa.yaml:3:");
  EXPECT_EQ(refusal("- 1\n"), "configs/boa.yaml:1: expected a map of keys");
}

TEST(Experiment, AppliesThePresetBeforeTheFilesOwnKeys) {
  const auto loaded =
      parse_experiment("learn:\n  learning_rate: 3e-5\npreset: paper\n", "x.yaml", {});
  EXPECT_DOUBLE_EQ(loaded.values.learn.learning_rate, 3e-5);
  EXPECT_EQ(loaded.values.learn.advantage, "global_std");
  EXPECT_EQ(loaded.values.reward.normalizer, "running_median_32");
  EXPECT_EQ(loaded.origins.at("learn.advantage").text, "preset paper");
  EXPECT_NE(
      refusal("preset: papr\n")
          .find(
              "expected default, paper, sdpo, opsd, discover, got 'papr' - did you mean 'paper'?"),
      std::string::npos);
}

TEST(Experiment, ShowsWhatReadsBackAsTheSameValues) {
  auto loaded = parse_experiment(
      "preset: paper\ndescription: \"a: 'b' # \\\"c\\\"\"\nname: '42'\ntasks: {ids: [L1/4, "
      "'5']}\nlearn: {learning_rate: "
      "0.1}\n",
      "x.yaml",
      {"policy.lora.rank=3"});
  const std::string text = show_experiment(loaded);
  const auto again = parse_experiment(text, "y.yaml", {});
  const auto a = fields_of(loaded.values), b = fields_of(again.values);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].value, b[i].value) << a[i].key;
  EXPECT_NE(text.find("# preset paper"), std::string::npos);
  EXPECT_NE(text.find("rank: 3"), std::string::npos);
}

// Constraints name keys by text: one that no longer exists would check nothing.
TEST(Constraints, NameOnlyKeysThatExist) {
  std::set<std::string> keys;
  for (const auto& field : fields_of(ExperimentConfig{})) keys.insert(field.key);
  for (const auto& choice : choices()) EXPECT_TRUE(keys.count(choice.key)) << choice.key;
  for (const auto& range : ranges()) EXPECT_TRUE(keys.count(range.key)) << range.key;
}

TEST(Constraints, NameValuesThatMakeNoSenseTogether) {
  EXPECT_NE(refusal("adapt: {method: discover}\nsampling: {samples_per_task: 32}\n"
                    "discover:\n  groups: 5\n")
                .find("4: discover.groups: expected a divisor of sampling.samples_per_task (32), "
                      "got 5"),
            std::string::npos);
  EXPECT_NE(refusal("preset: sdpo\nteacher: {loss: full}\n"
                    "learn: {kl_coefficient: 0.1, kl_place: advantage}\n")
                .find("learn.kl_place: expected loss"),
            std::string::npos);
  EXPECT_NO_THROW(parse_experiment("discover: {groups: 5}\n", "x.yaml", {}));
}

TEST(Constraints, AcceptTheDefaults) { EXPECT_TRUE(violations(ExperimentConfig{}).empty()); }

}  // namespace
}  // namespace vegttt::config

#include "vegttt/experiment/run.h"

#include <set>

#include "run_fixture.h"
#include "vegttt/experiment/program.h"

namespace vegttt::experiment {
namespace {

class Run : public test::RunFixture {};

std::string message_of(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const core::Error& e) {
    return e.what();
  }
}

TEST_F(Run, KnowsTheProgramThatMadeIt) {
  set_program({"abc123def456", true});
  const auto env = core::parse_json(text(run("boa"), "env.json"), "env.json");
  set_program({});
  EXPECT_EQ(env.at("commit"), "abc123def456");
  EXPECT_EQ(env.at("dirty"), true);
}

TEST_F(Run, WritesEveryFileOfARun) {
  const auto folder = run("boa");
  for (const char* file : {"config.yaml",
                           "command.txt",
                           "env.json",
                           "run.json",
                           "rollouts.jsonl",
                           "rewards.jsonl",
                           "metrics.jsonl",
                           "batch_ttt_summary.json",
                           "batch_ttt_compute.json",
                           "boa_selected.json",
                           "prompts.json",
                           "reevaluation.jsonl",
                           "logs/attempt_1.log",
                           "checkpoints/step_002/adapter_config.json",
                           "checkpoints/step_002/DONE"})
    EXPECT_TRUE(core::fs::exists(folder / file)) << file;
  EXPECT_EQ(text(folder, "command.txt"), "vegttt adapt boa.yaml\n");
  EXPECT_NE(text(folder, "config.yaml").find("# boa.yaml:1"), std::string::npos);
}

TEST_F(Run, HoldsEveryRolloutOnceAndCountsThem) {
  const auto folder = run("boa");
  std::set<records::RolloutKey> keys;
  for (const auto& one : read_rollouts(folder, "rollouts.jsonl"))
    EXPECT_TRUE(keys.insert(one.rollout.key).second);
  EXPECT_EQ(keys.size(), 3u * 2 * 6);
  const auto compute = core::parse_json(text(folder, "batch_ttt_compute.json"), "compute");
  EXPECT_EQ(compute.at("total_rollouts"), 36 + 6);
  EXPECT_EQ(compute.at("evaluations"), 36 + 6);
  EXPECT_EQ(compute.at("updates"), 2);
  EXPECT_EQ(compute.at("attempts"), 1);
  EXPECT_EQ(compute.at("total_completion_tokens"), (36 + 6) * 4);
}

TEST_F(Run, OfTheSameConfigIsTheSameRun) { test::expect_same_results(run("a"), run("b"), 2); }

TEST_F(Run, OfAnotherSeedIsAnotherRun) {
  const auto a = run("a"), b = run("b", {"seed=8"});
  EXPECT_NE(text(a, "rewards.jsonl"), text(b, "rewards.jsonl"));
}

TEST_F(Run, ReplaysTheEvaluationsOfAnotherWithoutMeasuring) {
  const auto measured = run("measured");
  request_.replay = measured.string();
  const auto replayed = run("replayed");
  EXPECT_FALSE(measures_);
  test::expect_same_results(measured, replayed, 2);
}

TEST_F(Run, SaysWhenAReplayHasAnotherSeed) {
  request_.replay = run("measured").string();
  const std::string message = message_of([&] { run("other", {"seed=8"}); });
  EXPECT_NE(message.find("has no evaluation of this text for adapt/8/step_000/L1/1/000"),
            std::string::npos)
      << message;
}

TEST_F(Run, WithTheSameNameIsRefusedResumedOrMovedAside) {
  const auto folder = run("boa");
  const std::string before = text(folder, "rollouts.jsonl");
  EXPECT_NE(message_of([&] { run("boa"); }).find("this run exists already"), std::string::npos);
  request_.if_exists = "resume";
  EXPECT_EQ(run("boa"), folder);
  EXPECT_EQ(text(folder, "rollouts.jsonl"), before);
  EXPECT_EQ(core::parse_json(text(folder, "batch_ttt_compute.json"), "").at("attempts"),
            1);  // it was finished
  request_.if_exists = "replace";
  run("boa", {"seed=8"});
  EXPECT_EQ(text(folder_.path() / "boa.old-1", "rollouts.jsonl"), before);
  EXPECT_NE(text(folder, "rollouts.jsonl"), before);
}

TEST_F(Run, IsNotResumedAsAnotherExperiment) {
  run("boa");
  request_.if_exists = "resume";
  const std::string message = message_of([&] { run("boa", {"learn.learning_rate=0.1"}); });
  EXPECT_NE(message.find("learn.learning_rate is 0.1 now and was 0.05 when this run began"),
            std::string::npos)
      << message;
}

TEST_F(Run, ThatFailsBeforeItsFirstRolloutLeavesItsNameFree) {
  const auto broken = [](const PartsRequest&) -> Parts {
    throw core::UserError("no such model", "policy.folder");
  };
  const auto loaded = config::parse_experiment(kYaml, "boa.yaml", {});
  EXPECT_THROW(run_experiment(loaded, request("boa"), broken, observer_), core::UserError);
  EXPECT_FALSE(core::fs::exists(folder_.path() / "boa"));
  EXPECT_NO_THROW(run("boa"));
}

TEST_F(Run, EndsEarlyWhenItsTimeIsOverAndCanBeResumed) {
  request_.max_minutes = 1e-9;
  try {
    run("boa");
    FAIL() << "did not stop";
  } catch (const core::Stopped& e) {
    EXPECT_EQ(e.code(), core::ExitCode::kEndedEarly);
    EXPECT_NE(std::string(e.what()).find("Continue with: vegttt resume " +
                                         (folder_.path() / "boa").string()),
              std::string::npos)
        << e.what();
  }
  request_.max_minutes = 0;
  const auto folder = resume_experiment(folder_.path() / "boa", request_, parts(), observer_);
  request_.max_minutes = 0;
  test::expect_same_results(folder, run("whole"), 2);
}

TEST_F(Run, TakesItsNameFromTheFileMethodAndSeed) {
  const auto loaded = config::parse_experiment("seed: 3\n", "configs/quickstart.yaml", {});
  EXPECT_EQ(run_path(loaded, {}), "runs/quickstart-s3");
  EXPECT_EQ(run_path(config::parse_experiment("", "x.yaml", {"adapt.method=base"}), {}),
            "runs/x-base-s42");
  EXPECT_THROW(run_path(config::parse_experiment("name: ../up\n", "x.yaml", {}), {}),
               core::UserError);
}

}  // namespace
}  // namespace vegttt::experiment

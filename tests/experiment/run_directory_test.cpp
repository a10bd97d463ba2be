#include "vegttt/experiment/run_directory.h"

#include "run_fixture.h"

namespace vegttt::experiment {
namespace {

using adapt::Stream;

class RunDirectoryTest : public test::RunFixture {
 protected:
  std::unique_ptr<RunDirectory> create() {
    return RunDirectory::create(
        path_, config::parse_experiment(kYaml, "boa.yaml", {}), {"batch_ttt", "", 0}, {});
  }
  records::JudgedRollout judged(int sample, records::Status status = records::Status::kSlow) {
    records::JudgedRollout one;
    one.rollout.key = {7, 0, "L1/1", sample};
    one.rollout.completion = "text \xff of " + std::to_string(sample);
    one.rollout.completion_tokens = {1, 2};
    one.rollout.logprobs = {-0.1f, -1e-7f};
    one.evaluation.status = status;
    return one;
  }
  core::fs::path path_ = folder_.path() / "run";
};

TEST_F(RunDirectoryTest, RefusesASecondProcess) {
  const auto first = create();
  try {
    RunDirectory::open(path_);
    FAIL() << "did not throw";
  } catch (const core::UserError& e) {
    EXPECT_NE(std::string(e.what()).find("another process is working on this run"),
              std::string::npos)
        << e.what();
  }
}

TEST_F(RunDirectoryTest, RefusesAFolderThatExists) {
  create();
  EXPECT_THROW(create(), core::UserError);
}

TEST_F(RunDirectoryTest, SaysThatAFolderIsNoRun) {
  EXPECT_THROW(RunDirectory::open(folder_.path()), core::UserError);
}

TEST_F(RunDirectoryTest, SaysWhyItCannotWrite) {
  core::write_file_atomically(folder_.path() / "file", "");
  path_ = folder_.path() / "file" / "run";
  EXPECT_THROW(create(), core::MachineError);
}

TEST_F(RunDirectoryTest, ReadsRolloutsBackWithTheSameFloats) {
  {
    const auto run = create();
    run->add_judged(Stream::kAdapt, judged(0));
  }
  const auto again = RunDirectory::open(path_)->judged(Stream::kAdapt, 0);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].rollout.logprobs, judged(0).rollout.logprobs);
  EXPECT_EQ(again[0].rollout.completion_tokens, judged(0).rollout.completion_tokens);
}

TEST_F(RunDirectoryTest, KeepsWhatWasSampledUntilItIsJudged) {
  {
    const auto run = create();
    run->add_sampled(Stream::kAdapt, judged(0).rollout);
    run->add_sampled(Stream::kAdapt, judged(1).rollout);
    run->add_judged(Stream::kAdapt, judged(0));
  }
  const auto run = RunDirectory::open(path_);
  const auto waiting = run->sampled_only(Stream::kAdapt, 0);
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].key.sample, 1);
  run->add_judged(Stream::kAdapt, judged(1));
  EXPECT_FALSE(core::fs::exists(path_ / "sampled.jsonl"));
}

TEST_F(RunDirectoryTest, LeavesATornLineOut) {
  {
    const auto run = create();
    run->add_judged(Stream::kAdapt, judged(0));
    run->add_judged(Stream::kAdapt, judged(1));
  }
  const std::string whole = core::read_file(path_ / "rollouts.jsonl");
  core::write_file_atomically(path_ / "rollouts.jsonl", whole.substr(0, whole.size() - 20));
  const auto run = RunDirectory::open(path_);
  ASSERT_EQ(run->judged(Stream::kAdapt, 0).size(), 1u);
  run->add_judged(Stream::kAdapt, judged(1));
  EXPECT_EQ(core::read_file(path_ / "rollouts.jsonl"), whole);
}

TEST_F(RunDirectoryTest, JudgesAgainWhatTheMachineFailedToScoreInAnOpenStep) {
  {
    const auto run = create();
    run->add_judged(Stream::kAdapt, judged(0));
    run->add_judged(Stream::kAdapt, judged(1, records::Status::kUnscored));
  }
  EXPECT_EQ(RunDirectory::open(path_)->judged(Stream::kAdapt, 0).size(), 1u);
  EXPECT_EQ(read_rollouts(path_, "rollouts.jsonl").size(), 1u);
}

TEST_F(RunDirectoryTest, KeepsUnscoredRolloutsOfACompleteStep) {
  {
    const auto run = create();
    run->add_judged(Stream::kAdapt, judged(0, records::Status::kUnscored));
    run->add_step(records::StepMetrics{}, {judged(0).rollout});
  }
  EXPECT_EQ(RunDirectory::open(path_)->judged(Stream::kAdapt, 0).size(), 1u);
}

TEST_F(RunDirectoryTest, CountsACheckpointOnlyWhenItIsDone) {
  const auto run = create();
  run->save_checkpoint(3, {{"step", 3}}, [](const std::string& folder) {
    core::write_file_atomically(core::fs::path(folder) / "adapter_model.safetensors", "x");
  });
  core::make_folder(run->checkpoint_folder(4));
  EXPECT_EQ(run->latest_checkpoint(), 3);
  EXPECT_EQ(run->checkpoint_state(3).at("step"), 3);
  EXPECT_EQ(core::fs::path(run->checkpoint_folder(3)).filename(), "step_003");
}

TEST_F(RunDirectoryTest, RecordsAStepOnce) {
  const auto run = create();
  run->add_step(records::StepMetrics{}, {judged(0).rollout});
  run->add_step(records::StepMetrics{}, {judged(0).rollout});
  EXPECT_EQ(run->trajectory().steps.size(), 1u);
  EXPECT_EQ(RunFixture::text(path_, "metrics.jsonl").find('\n') + 1,
            RunFixture::text(path_, "metrics.jsonl").size());
}

}  // namespace
}  // namespace vegttt::experiment

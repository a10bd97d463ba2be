// sdpo and opsd: what the teacher reads.
#include <gtest/gtest.h>

#include "support/fake_run.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/adapt/normalised_kernel.h"

namespace vegttt::adapt {
namespace {

using test::FakeRun;

// The scripted policy's tokens of a prompt are its bytes.
std::string text_of(const std::vector<int>& tokens) { return {tokens.begin(), tokens.end()}; }

FakeRun& with_text_prompts(FakeRun& run) {
  for (auto& task : run.tasks) task.tokens = run.sampler.encode_prompt("", task.prompt.user);
  run.config.adapt.steps = 1;
  run.config.adapt.reevaluate_samples = 0;
  return run;
}

std::vector<std::string> taught(FakeRun& run, void (*method)(Context&)) {
  auto context = with_text_prompts(run).context();
  method(context);
  std::vector<std::string> texts;
  for (const auto& prompt : run.learner.last.teacher_prompts) texts.push_back(text_of(prompt));
  return texts;
}

TEST(Sdpo, TeacherReadsPromptFeedbackAndInstructionInThisOrder) {
  FakeRun run;
  const auto texts = taught(run, run_sdpo);
  ASSERT_EQ(texts.size(), 16u);
  for (const auto& text : texts) {
    EXPECT_TRUE(text.starts_with("write L1/")) << text;
    const auto feedback = text.find("EXECUTION_FEEDBACK");
    ASSERT_NE(feedback, std::string::npos);
    EXPECT_LT(feedback, text.find("Correctly solve the original question."));
    EXPECT_TRUE(text.ends_with("Correctly solve the original question."));
    EXPECT_EQ(text.find("Correct solution"), std::string::npos);
  }
}

TEST(Sdpo, TheStudentsOwnCodeIsNeverInTheTeachersContext) {
  FakeRun run;
  run.config.teacher.solution = true;
  const auto texts = taught(run, run_sdpo);
  bool shown = false;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto own = normalised_kernel(run.learner.last.rollouts[i].completion);
    EXPECT_EQ(normalised_kernel(texts[i]).find(own), std::string::npos) << own << " stands in\n"
                                                                        << texts[i];
    shown = shown || texts[i].find("Correct solution") != std::string::npos;
  }
  EXPECT_TRUE(shown);
}

TEST(Sdpo, ALoneSuccessIsNotShownToItself) {
  FakeRun run;
  run.config.teacher.solution = true;
  run.config.sampling.samples_per_task = 8;
  // Every kernel but one fails.
  run.evaluator.machine_fails = nullptr;
  const auto texts = taught(run, run_sdpo);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    int others = 0;
    const auto& own = run.learner.last.rollouts[i];
    for (const auto& other : run.learner.last.rollouts)
      others += other.key.task_id == own.key.task_id && other.reward > 0 &&
                normalised_kernel(other.completion) != normalised_kernel(own.completion);
    EXPECT_EQ(texts[i].find("Correct solution") != std::string::npos, others > 0);
  }
}

TEST(Sdpo, PromptOnlyAddsTheInstructionAlone) {
  FakeRun run;
  run.config.teacher.context = "prompt_only";
  for (const auto& text : taught(run, run_sdpo))
    EXPECT_EQ(text.substr(10), "\n\nCorrectly solve the original question.");
}

struct Notes : Observer {
  std::vector<std::string> lines;
  void note(const std::string& line) override { lines.push_back(line); }
};

TEST(Sdpo, WarnsWhenTheTeacherReadsWhatTheStudentRead) {
  FakeRun run;
  run.config.teacher.context = "prompt_only";
  run.config.teacher.instruction = "";
  Notes notes;
  with_text_prompts(run);
  Context context{run.config,
                  run.tasks,
                  run.sampler,
                  run.learner,
                  run.evaluator,
                  run.store,
                  notes,
                  run.check_stop,
                  {}};
  run_sdpo(context);
  ASSERT_EQ(notes.lines.size(), 1u);
  EXPECT_NE(notes.lines[0].find("reads what the student read"), std::string::npos);
}

TEST(Sdpo, UnscoredRolloutsHaveNoTeacher) {
  FakeRun run;
  run.evaluator.machine_fails = [](const auto& s) { return s.tag.ends_with("/000"); };
  const auto texts = taught(run, run_sdpo);
  EXPECT_TRUE(texts[0].empty());
  EXPECT_FALSE(texts[1].empty());
}

TEST(Sdpo, ReportsWhatTheTeacherReadAndTheGap) {
  FakeRun run;
  run.config.teacher.solution = true;
  taught(run, run_sdpo);
  const auto& more = run.store.steps.steps.at(1).more;
  EXPECT_EQ(more.at("taught"), 16);
  EXPECT_EQ(more.at("teacher_with_feedback"), 16);
  EXPECT_GT(more.at("teacher_with_solution"), 0);
  EXPECT_TRUE(more.contains("teacher_gap_mean"));
  EXPECT_TRUE(run.store.results.contains("sdpo_summary.json"));
}

TEST(Sdpo, TheLastRoundHasNoUpdateAndNoTeacherTokens) {
  FakeRun run;
  taught(run, run_sdpo);  // one update, two rounds
  EXPECT_EQ(run.store.spent.rollouts, 32);
  EXPECT_EQ(run.store.lines("teacher.jsonl").size(), 16u);
  EXPECT_EQ(run.store.spent.teacher_completion_tokens, 16 * 4);
}

TEST(Opsd, TeacherReadsTheFastestVerifiedKernelThatIsNotTheStudents) {
  FakeRun run;
  const auto texts = taught(run, run_opsd);
  const auto judged = run.store.judged(Stream::kAdapt, 0);
  int seen = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const records::JudgedRollout* best = nullptr;
    for (const auto& one : judged) {
      if (one.rollout.key.task_id != judged[i].rollout.key.task_id ||
          one.rollout.completion == judged[i].rollout.completion || one.evaluation.speedup() == 0)
        continue;
      if (best == nullptr || one.evaluation.speedup() > best->evaluation.speedup()) best = &one;
    }
    if (best == nullptr) {
      EXPECT_TRUE(texts[i].empty());
      continue;
    }
    ++seen;
    EXPECT_NE(texts[i].find(best->rollout.completion), std::string::npos);
    EXPECT_EQ(texts[i].find("EXECUTION_FEEDBACK"), std::string::npos);
  }
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace vegttt::adapt

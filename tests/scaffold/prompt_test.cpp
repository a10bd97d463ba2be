#include "vegttt/scaffold/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks_for_tests.h"
#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::scaffold {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const char* const kCompactMatvec =
    "<|task|>cpp\n"
    "M=1024 K=8192 PAD=2 KO=8191\n"
    "A float32[M,K] positive\n"
    "targets int64[M] class_index\n"
    "bias float32[M,K-PAD+1] parameter\n"
    "out float32[M,1]\n"
    "def reference(A: Tensor, targets: Tensor, bias: Tensor) -> Tensor:\n"
    "    return torch.matmul(A, bias)\n"
    "<|code|>";

TEST(PromptFrame, CompactIsExactlyWhatTheStarterWasTrainedOn) {
  const PromptFrame frame = PromptFrame::load("compact");
  EXPECT_TRUE(frame.compact());
  const auto prompt = frame.prompt(matvec_task(), "small", "cpp");
  EXPECT_EQ(prompt.user, kCompactMatvec);
  EXPECT_EQ(prompt.system, "");
}

TEST(PromptFrame, FullHoldsContractAndExamplesOfItsDialect) {
  const PromptFrame frame = PromptFrame::load("full");
  EXPECT_FALSE(frame.compact());
  const auto prompt = frame.prompt(matvec_task(), "small", "cpp");
  EXPECT_THAT(prompt.user, HasSubstr("constexpr int64_t M = 1024;\n"));
  EXPECT_THAT(prompt.user, HasSubstr("void launch(const float* A, const int64_t* targets"));
  EXPECT_THAT(prompt.user, HasSubstr("#pragma omp parallel for"));
  EXPECT_THAT(prompt.user, Not(HasSubstr("<<<")));
  EXPECT_THAT(prompt.user, Not(HasSubstr("{{")));
  EXPECT_THAT(frame.prompt(matvec_task(), "small", "cuda").user, HasSubstr("<<<"));
}

TEST(PromptFrame, SaysHowExactTheJudgeWantsIt) {
  const PromptFrame frame = PromptFrame::load("full");
  tasks::Task task = matvec_task();
  EXPECT_THAT(frame.prompt(task, "small", "cuda").user, HasSubstr("as exact as a plain float32"));
  EXPECT_THAT(frame.prompt(task, "small", "cuda", "", "tf32").user,
              HasSubstr("may be rounded to TF32"));
  task.contract = tasks::Contract::kBf16;
  EXPECT_THAT(frame.prompt(task, "small", "cuda").user, HasSubstr("may be rounded to bfloat16"));
}

TEST(PromptFrame, LeavesOutTheExampleOfTheTaskItself) {
  const tasks::Catalogue catalogue = tasks::Catalogue::load();
  const std::string user =
      PromptFrame::load("full").prompt(catalogue.find("L1/20"), "small", "cpp").user;
  EXPECT_THAT(user, Not(HasSubstr("Example. Task: leaky ReLU")));
  EXPECT_THAT(user, HasSubstr("Example. Task: sum"));
}

// Two for each dialect; an example of a reserved task would be left out silently.
TEST(PromptFrame, ShowsAllOfItsExamples) {
  const PromptFrame frame = PromptFrame::load("full");
  for (const char* dialect : {"cpp", "cuda"}) {
    const std::string user = frame.prompt(matvec_task(), "tiny", dialect).user;
    EXPECT_THAT(user, HasSubstr("Example. Task: leaky ReLU")) << dialect;
    EXPECT_THAT(user, HasSubstr("Example. Task: sum")) << dialect;
  }
}

TEST(PromptFrame, BuiltInFramesFitEveryTask) {
  const tasks::Catalogue catalogue = tasks::Catalogue::load();
  for (const char* name : {"full", "compact"})
    for (const char* dialect : {"cpp", "cuda"})
      for (const tasks::Task& task : catalogue.all())
        EXPECT_THAT(PromptFrame::load(name).prompt(task, "tiny", dialect).user,
                    Not(HasSubstr("{{")))
            << task.id;
}

class OwnFrame : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    core::make_folder((folder_.path() / name).parent_path());
    core::write_file_atomically(folder_.path() / name, text);
  }
  PromptFrame load() const { return PromptFrame::load(folder_.path().string()); }
  core::TemporaryFolder folder_;
};

TEST_F(OwnFrame, IsReadFromItsFolder) {
  write("user.txt", "{{dialect}} {{size}} {{dims}}|{{examples}}");
  write("examples/1.txt", "dialect: cpp\ntask: L1/20\n---\nfirst");
  EXPECT_EQ(load().prompt(matvec_task(), "tiny", "cpp").user,
            "cpp tiny M=7 K=33 PAD=2 KO=32|first\n");
  EXPECT_EQ(load().prompt(matvec_task(), "tiny", "cuda").user, "cuda tiny M=7 K=33 PAD=2 KO=32|");
}

TEST_F(OwnFrame, NeverShowsAnExampleOfAReservedTask) {
  write("user.txt", "{{examples}}");
  write("examples/1.txt", "dialect: cpp\ntask: L1/4\n---\nthe answer");
  EXPECT_EQ(load().prompt(matvec_task(), "tiny", "cpp").user, "");
}

TEST_F(OwnFrame, EveryFileChangesTheHash) {
  write("user.txt", "{{dims}}");
  const std::string before = load().hash();
  write("examples/1.txt", "dialect: cuda\ntask: L1/20\n---\nx");
  const std::string after = load().hash();
  EXPECT_NE(before, after);
  write("system.txt", "s");
  EXPECT_NE(after, load().hash());
}

TEST_F(OwnFrame, MistakesAreTold) {
  EXPECT_THROW(load(), core::UserError);
  EXPECT_THROW(PromptFrame::load("fulll"), core::UserError);
  write("user.txt", "{{dim}}");
  try {
    load();
    FAIL();
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'dims'"));
  }
  write("user.txt", "{{dims}}");
  write("examples/1.txt", "no header");
  EXPECT_THROW(load(), core::UserError);
}

}  // namespace
}  // namespace vegttt::scaffold

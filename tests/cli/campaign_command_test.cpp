// Campaigns and a stranger's own task, as a user meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"

namespace vegttt {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

constexpr const char* kCampaign =
    "title: tiny, equal budgets of 2 rollouts\n"
    "budget: {rollouts: 2}\n"
    "probe_samples: 1\n"
    "retimings: 1\n"
    "set:\n"
    "  tasks: {ids: [L1/19], size: tiny}\n"
    "  sampling: {samples_per_task: 2, max_new_tokens: 128}\n"
    "  adapt: {steps: 1, reevaluate_samples: 0, best_of_n_samples: 2}\n"
    "methods:\n"
    "  base: {adapt.method: base}\n"
    "  Best-of-N: {adapt.method: best_of_n}\n";

class CampaignCommand : public ::testing::Test {
 protected:
  CampaignCommand() { core::write_file_atomically(file_, kCampaign); }
  core::ProcessResult reproduce(const std::vector<std::string>& more) const {
    std::vector<std::string> words{
        "reproduce", "--campaign", file_.string(), "-o", folder_.path().string()};
    words.insert(words.end(), more.begin(), more.end());
    return vegttt_program(words);
  }
  core::TemporaryFolder folder_;
  core::fs::path file_ = folder_.path() / "tiny.yaml";
};

TEST_F(CampaignCommand, RunsWhatIsMissingOnceAndPrintsTables) {
  const auto planned = reproduce({"--dry-run"});
  EXPECT_EQ(planned.exit_code, 0) << planned.err;
  EXPECT_THAT(planned.out, HasSubstr("best-of-n-all-t42-s1  missing"));
  EXPECT_FALSE(core::fs::exists(folder_.path() / "tiny"));
  const auto whole = reproduce({});
  EXPECT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_THAT(whole.err, HasSubstr("run 2/2  best-of-n-all-t42-s1"));
  EXPECT_TRUE(core::fs::exists(folder_.path() / "tiny" / "tables" / "campaign-primary.md"));
  const auto env = core::read_file(folder_.path() / "tiny" / "best-of-n-all-t42-s1" / "env.json");
  // Empty where git would not say.
  EXPECT_THAT(env, ContainsRegex("\"commit\": *\"[0-9a-f]*\"")) << "of the program";
  const auto again = vegttt_program({"resume", (folder_.path() / "tiny").string()});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(again.err.find("run 1/2"), std::string::npos) << again.err;
  EXPECT_EQ(again.out, whole.out);
}

TEST_F(CampaignCommand, EndsEarlyWithItsExitCodeAndSaysHowToGoOn) {
  const auto stopped = reproduce({"--max-minutes", "0.000001"});
  EXPECT_EQ(stopped.exit_code, 6) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("vegttt resume " + (folder_.path() / "tiny").string()));
}

TEST_F(CampaignCommand, NeedsNoCampaignForThePublishedCounts) {
  const auto table = vegttt_program({"reproduce", "paper/table-5.1", "--from-counts"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("147/480"));
  EXPECT_EQ(vegttt_program({"reproduce", "paper/tabel-5.1", "--from-counts"}).exit_code, 3);
  const auto figures = (folder_.path() / "figures").string();
  const auto drawn =
      vegttt_program({"reproduce", "paper/figure-4", "--from-counts", "--figures", figures});
  EXPECT_EQ(drawn.exit_code, 0) << drawn.err;
  EXPECT_TRUE(core::fs::exists(figures + "/paper-figure-4.svg"));
  EXPECT_TRUE(core::fs::exists(figures + "/paper-figure-4.pdf"));
}

// docs/add-a-task.md, with fewer samples.
TEST(Stranger, AddsATaskInYamlAndAdaptsToIt) {
  const core::TemporaryFolder folder;
  const std::string own = VEGTTT_SOURCE_DIR "/docs/examples";
  const auto lint = vegttt_program({"tasks", "lint", own + "/scaled_relu.yaml"});
  EXPECT_EQ(lint.exit_code, 0) << lint.err;
  const auto adapted = vegttt_program({"adapt",
                                       "--boa",
                                       "configs/experiments/quickstart.yaml",
                                       "-o",
                                       folder.path().string(),
                                       "tasks.folders=" + own,
                                       "tasks.ids=mine/1",
                                       "tasks.size=tiny",
                                       "sampling.samples_per_task=2",
                                       "sampling.max_new_tokens=64",
                                       "adapt.steps=1",
                                       "adapt.reevaluate_samples=0"});
  EXPECT_EQ(adapted.exit_code, 0) << adapted.err;
  EXPECT_THAT(adapted.out, HasSubstr("mine/1"));
}

}  // namespace
}  // namespace vegttt

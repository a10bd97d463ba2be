// A campaign that is killed at any moment and started again ends as if nothing had happened.
#include <unistd.h>

#include "campaign_fixture.h"
#include "vegttt/core/process.h"
#include "vegttt/core/rng.h"

namespace vegttt::experiment {
namespace {

class CampaignKill : public test::CampaignFixture {
 protected:
  CampaignKill() {
    core::write_file_atomically(folder_.path() / "base.yaml", kExperiment);
    core::write_file_atomically(folder_.path() / "c.yaml", kCampaign);
  }
  // True when it came to its end before `seconds` were over.
  bool run_until_killed(const std::string& name, double seconds) {
    core::ProcessOptions options;
    options.argv = {VEGTTT_FAKE_RUN,
                    "campaign",
                    (folder_.path() / "c.yaml").string(),
                    folder_.path().string(),
                    name,
                    "1000"};
    options.timeout_s = seconds;
    const auto result = core::run_process(options);
    EXPECT_TRUE(result.timed_out || result.exit_code == 0) << result.err;
    return !result.timed_out;
  }
};

TEST_F(CampaignKill, BySigkillAtRandomPointsRepeatsNoRollout) {
  const core::Stopwatch watch;
  ASSERT_TRUE(run_until_killed("whole", 60));
  const double whole_s = watch.elapsed_s();
  const core::CounterRng rng(static_cast<std::uint64_t>(::getpid()));
  for (std::uint64_t trial = 0; trial < 5; ++trial) {
    const std::string name = "killed-" + std::to_string(trial);
    const double killed_after_s = whole_s * rng.uniform(trial);
    SCOPED_TRACE("killed after " + std::to_string(killed_after_s) + " of " +
                 std::to_string(whole_s) + " s");
    run_until_killed(name, killed_after_s);
    run_until_killed(name, 0.5 * whole_s * rng.uniform(100 + trial));
    ASSERT_TRUE(run_until_killed(name, 60));
    for (const auto& folder : members(folder_.path() / "whole", "folder")) {
      for (const char* file : {"rollouts.jsonl", "reevaluation.jsonl", "boa_selected.json"}) {
        const auto a = folder_.path() / name / folder / file;
        const auto b = folder_.path() / "whole" / folder / file;
        ASSERT_EQ(core::fs::exists(a), core::fs::exists(b)) << a;
        if (!core::fs::exists(a)) continue;
        EXPECT_EQ(core::read_file(a), core::read_file(b)) << a;
      }
      EXPECT_EQ(lines(folder_.path() / name / folder / "best_kernels.jsonl").size(), 2u);
    }
    EXPECT_EQ(states(folder_.path() / name), std::vector<std::string>(4, "done"));
  }
}

}  // namespace
}  // namespace vegttt::experiment

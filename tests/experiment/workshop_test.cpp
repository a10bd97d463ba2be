#include "workshop.h"

#include <gtest/gtest.h>

#include "support/fake_parts.h"

namespace vegttt::experiment {
namespace {

// Counts what is made and keeps who was last made to share a device with whom.
class WorkshopTest : public testing::Test {
 protected:
  WorkshopTest() {
    config_.policy.folder = "starter";
    config_.policy.device = "cpu";
  }
  PartsRequest request() const { return {config_, "", 1}; }
  PartsRequest only_judge(std::uint64_t secret) const {
    auto wanted = request();
    wanted.only_evaluator = true;
    wanted.secret_seed = secret;
    return wanted;
  }
  Makers makers() {
    return {[](const PartsRequest& request) -> std::shared_ptr<policy::LocalPolicy> {
              return policy::load_local(request.config.policy, 1);
            },
            [this](const PartsRequest&, const tasks::Catalogue&) {
              auto judge = std::make_unique<test::FakeEvaluator>();
              judges_.push_back(judge.get());
              return judge;
            },
            [this](const config::ExperimentConfig&,
                   policy::LocalPolicy* policy,
                   evaluate::Evaluator& judge) {
              shares_ = {policy, &judge};
            }};
  }

  config::ExperimentConfig config_;
  std::shared_ptr<tasks::Catalogue> catalogue_ = std::make_shared<tasks::Catalogue>();
  std::vector<evaluate::Evaluator*> judges_;
  std::pair<policy::LocalPolicy*, evaluate::Evaluator*> shares_;
};

// The weights stay on the device while best kernels are timed anew: the judge that does it must be
// able to ask for their room.
TEST_F(WorkshopTest, LetsAJudgeAskThePolicyThatIsKeptForRoom) {
  Workshop workshop(makers());
  const auto policy = workshop.policy_for(request());
  workshop.judge_for(request(), catalogue_);
  EXPECT_EQ(shares_, std::make_pair(policy.get(), judges_.at(0)));
  workshop.judge_for(only_judge(7), catalogue_);
  EXPECT_EQ(shares_, std::make_pair(policy.get(), judges_.at(1)));
}

TEST_F(WorkshopTest, MakesAJudgeOnceForRequestsOfOneKind) {
  Workshop workshop(makers());
  workshop.judge_for(request(), catalogue_);
  workshop.judge_for(request(), catalogue_);
  EXPECT_EQ(judges_.size(), 1u);
  config_.evaluate.protocol = "paper-fast";
  workshop.judge_for(request(), catalogue_);
  EXPECT_EQ(judges_.size(), 2u);
  EXPECT_EQ(shares_.first, nullptr) << "there is no policy";
}

}  // namespace
}  // namespace vegttt::experiment

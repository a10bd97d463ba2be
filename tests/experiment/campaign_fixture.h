#pragma once

#include <gmock/gmock.h>

#include "run_fixture.h"
#include "vegttt/core/text.h"
#include "vegttt/experiment/campaign_run.h"

namespace vegttt::test {

// Campaigns with scripted parts in a temporary folder.
class CampaignFixture : public testing::Test {
 protected:
  static inline const std::string kExperiment =
      "sampling: {samples_per_task: 4}\n"
      "learn: {learning_rate: 0.05}\n"
      "adapt: {steps: 2, reevaluate_samples: 2, criterion: fast_1}\n";
  static inline const std::string kCampaign =
      "title: fake\n"
      "experiment: base.yaml\n"
      "sample_seeds: [1, 2]\n"
      "retimings: 2\n"
      "probe_samples: 3\n"
      "budget: {rollouts: 24}\n"
      "methods:\n"
      "  Best-of-N: {adapt.method: best_of_n, adapt.best_of_n_samples: 12}\n"
      "  BoA:\n"
      "    adapt.method: batch_ttt\n"
      "subsets:\n"
      "  1: {count: 5}\n";

  experiment::Campaign campaign(const std::string& yaml = kCampaign) {
    return experiment::parse_campaign(yaml, "c.yaml", kExperiment);
  }
  std::string refusal(const std::string& yaml) {
    try {
      campaign(yaml);
      return "accepted";
    } catch (const core::UserError& e) {
      return e.what();
    }
  }
  core::fs::path run(const experiment::Campaign& what) {
    request_.out = folder_.path().string();
    return experiment::run_campaign(what, request_, parts(), observer_);
  }
  experiment::PartsFactory parts() {
    return [this](const experiment::PartsRequest& request) {
      ++(request.only_evaluator ? judges_ : parts_made_);
      if (request.only_evaluator) judge_of_equal_code_ = request.config.evaluate.duplicates;
      auto made = fake_parts(request);
      static_cast<FakeEvaluator&>(*made.evaluator).machine_fails = machine_fails_;
      return made;
    };
  }
  static core::Json json(const core::fs::path& file) {
    return core::parse_json(core::read_file(file), file.string());
  }
  static std::vector<core::Json> lines(const core::fs::path& file) {
    std::vector<core::Json> all;
    core::for_each_json_line(file, [&](const core::Json& line) { all.push_back(line); });
    return all;
  }
  static std::vector<std::string> members(const core::fs::path& campaign, const char* key) {
    const auto campaign_json = json(campaign / "campaign.json");
    std::vector<std::string> all;
    for (const auto& run : campaign_json.at("runs")) all.push_back(run.at(key));
    return all;
  }
  static std::vector<std::string> states(const core::fs::path& campaign) {
    return members(campaign, "state");
  }

  core::TemporaryFolder folder_;
  experiment::CampaignRequest request_;
  experiment::CampaignObserver observer_;
  std::function<bool(const evaluate::Submission&)> machine_fails_;
  int parts_made_ = 0, judges_ = 0;
  std::string judge_of_equal_code_;  // evaluate.duplicates of the last judge that was made alone
};

}  // namespace vegttt::test

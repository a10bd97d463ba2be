#include "vegttt/experiment/plan.h"

#include "run_fixture.h"

namespace vegttt::experiment {
namespace {

config::ExperimentConfig config_of(const std::vector<std::string>& overrides) {
  return config::parse_experiment("", "x.yaml", overrides).values;
}

class Plan : public test::RunFixture {
 protected:
  std::vector<std::string> ids(const std::vector<std::string>& overrides) {
    return tasks_of(config_of(overrides), catalogue_);
  }
  std::string refusal(const std::vector<std::string>& overrides) {
    try {
      ids(overrides);
      return "accepted";
    } catch (const core::UserError& e) {
      return e.what();
    }
  }
  const tasks::Catalogue catalogue_ = tasks::Catalogue::load();
};

TEST_F(Plan, TakesThePapersFirstSubset) {
  EXPECT_EQ(ids({}), (std::vector<std::string>{"L1/4", "L1/5", "L1/12", "L1/14", "L1/15"}));
  EXPECT_EQ(ids({"tasks.offset=18"}).size(), 2u);
  EXPECT_EQ(ids({"tasks.split=train", "tasks.count=0"}).size(), 80u);
}

TEST_F(Plan, KeepsTheOrderOfNamedTasksAndAcceptsTheirNumbers) {
  EXPECT_EQ(ids({"tasks.ids=[5, L1/4]"}), (std::vector<std::string>{"L1/5", "L1/4"}));
  EXPECT_NE(refusal({"tasks.ids=[4, L1/4]"}).find("task L1/4 is named twice"), std::string::npos);
}

TEST_F(Plan, RefusesAnEmptySubsetAnUnknownTaskAndAnUnknownSize) {
  EXPECT_NE(refusal({"tasks.offset=20"}).find("no task is left: the eval split has 20"),
            std::string::npos);
  EXPECT_NE(refusal({"tasks.ids=[L1/400]"}), "accepted");
  EXPECT_NE(refusal({"tasks.size=smal"}), "accepted");
}

TEST_F(Plan, RefusesToTrainOnEvaluationTasks) {
  EXPECT_NE(refusal({"adapt.method=rlvr"})
                .find("rlvr would train on evaluation tasks of split seed 42: L1/4, L1/5"),
            std::string::npos);
  EXPECT_EQ(refusal({"adapt.method=rlvr", "tasks.split=train"}), "accepted");
  EXPECT_EQ(refusal({"adapt.method=rlvr", "policy.allow_leak=true"}), "accepted");
}

TEST_F(Plan, RefusesTasksThatTheStartingAdapterWasTrainedOn) {
  const auto checkpoint = folder_.path() / "step_001";
  core::make_folder(checkpoint);
  core::write_file_atomically(checkpoint / "adapter_config.json", "{}");
  const std::string init = "policy.init=" + checkpoint.string();
  core::write_file_atomically(checkpoint / "trainer_state.json",
                              R"({"trained_on": ["L1/1", "L1/5"]})");
  EXPECT_NE(refusal({init}).find("half of a checkpoint"), std::string::npos);
  core::write_file_atomically(checkpoint / "DONE", "");
  EXPECT_NE(refusal({init}).find("policy.init: the adapter was trained on L1/5"), std::string::npos)
      << refusal({init});
  EXPECT_EQ(refusal({init, "policy.allow_leak=true"}), "accepted");
  EXPECT_NE(refusal({"policy.init=/nowhere"}).find("holds no adapter"), std::string::npos);
}

TEST_F(Plan, CountsTheWorkOfEachMethod) {
  const auto cost = [&](const std::vector<std::string>& overrides) {
    auto all = overrides;
    all.push_back("sampling.samples_per_task=8");
    all.push_back("adapt.steps=3");
    all.push_back("adapt.reevaluate_samples=4");
    return cost_of(config_of(all), 5, folder_.path());
  };
  EXPECT_EQ(cost({}).rollouts, 5 * (4 * 8 + 4));
  EXPECT_EQ(cost({}).updates, 3);
  EXPECT_EQ(cost({"adapt.method=base"}).rollouts, 40);
  EXPECT_EQ(cost({"adapt.method=best_of_n"}).evaluations, 5 * 64 + 5 * 8);
  EXPECT_EQ(cost({"adapt.method=best_of_n", "adapt.evaluate_top=4"}).evaluations, 5 * 4 + 5 * 2);
  EXPECT_EQ(cost({"adapt.method=sdpo"}).updates, 3);
  EXPECT_EQ(cost({"budget.rollouts=50"}).rollouts, 50 + 5 * 4);
  EXPECT_EQ(cost({"adapt.method=rlvr", "adapt.tasks_per_batch=2", "adapt.epochs=2"}).updates, 6);
  EXPECT_NE(text_of(cost({})).find("no earlier run of this kind"), std::string::npos);
}

TEST_F(Plan, EstimatesTheTimeFromAnEarlierRun) {
  run("earlier");
  const auto cost =
      cost_of(config::parse_experiment(kYaml, "x.yaml", {}).values, 2, folder_.path());
  EXPECT_EQ(cost.basis, (folder_.path() / "earlier").string());
  EXPECT_GT(cost.seconds, 0);
}

}  // namespace
}  // namespace vegttt::experiment

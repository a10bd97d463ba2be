#include <gtest/gtest.h>

#include <cmath>

#include "puct.h"
#include "support/fake_run.h"
#include "vegttt/adapt/budget.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using test::FakeRun;

records::JudgedRollout kernel(const std::string& text, double speedup) {
  records::JudgedRollout judged;
  judged.rollout.completion = text;
  judged.evaluation.status = speedup > 1   ? records::Status::kFast
                             : speedup > 0 ? records::Status::kSlow
                                           : records::Status::kWrong;
  records::Timing timing;
  timing.speedup = speedup;
  judged.evaluation.timing = timing;
  return judged;
}

TEST(SearchTree, BeginsWithTheTaskAsItIs) {
  const SearchTree tree(1, 10, 2);
  EXPECT_EQ(tree.choose(1), std::vector<int>{0});
  EXPECT_EQ(tree.best(), 0);
}

TEST(SearchTree, KeepsTheBestNewChildrenOfAnExpansion) {
  SearchTree tree(1, 10, 2);
  tree.add(0,
           {kernel("a", 1.2),
            kernel("b", 2),
            kernel("b // the same", 2),
            kernel("c", 3),
            kernel("d", 0)});
  ASSERT_EQ(tree.states().size(), 3u);
  EXPECT_EQ(tree.states()[1].code, "c");
  EXPECT_EQ(tree.states()[2].code, "b");
  EXPECT_EQ(tree.states()[0].best_child, 3);
  tree.add(1, {kernel("b", 2), kernel("e", 2.5)});
  ASSERT_EQ(tree.states().size(), 4u);
  EXPECT_EQ(tree.lineage(3), (std::vector<int>{1, 3}));
}

TEST(SearchTree, ScoresByPuct) {
  SearchTree tree(0.5, 10, 2);
  tree.add(0, {kernel("a", 2), kernel("b", 1)});
  tree.add(1, {kernel("c", 1.5)});
  // Values 0, 2, 1, 1.5; ranks 3, 0, 2, 1 of four: priors .1, .4, .2, .3; two expansions.
  const double root = 2 + 0.5 * 2 * 0.1 * std::sqrt(3) / 2;
  const double a = 1.5 + 0.5 * 2 * 0.4 * std::sqrt(3) / 2;
  const double b = 1 + 0.5 * 2 * 0.2 * std::sqrt(3);
  const double c = 1.5 + 0.5 * 2 * 0.3 * std::sqrt(3);
  ASSERT_GT(root, c);
  ASSERT_GT(c, a);
  ASSERT_GT(a, b);
  EXPECT_EQ(tree.choose(1), std::vector<int>{0});
  // The root blocks nobody; c blocks its parent a.
  EXPECT_EQ(tree.choose(3), (std::vector<int>{0, 3, 2}));
}

TEST(SearchTree, PushesTheWorstOutBeyondItsLimit) {
  SearchTree tree(1, 2, 5);
  tree.add(0, {kernel("a", 2), kernel("b", 1), kernel("c", 3)});
  EXPECT_TRUE(tree.states()[1].kept);   // c
  EXPECT_TRUE(tree.states()[2].kept);   // a
  EXPECT_FALSE(tree.states()[3].kept);  // b
}

TEST(Discover, StartsLaterRolloutsFromVerifiedKernels) {
  FakeRun run;
  run.config.discover.groups = 2;
  run.config.learn.advantage = "entropic";
  auto context = run.context();
  run_discover(context);
  int from_kernels = 0;
  for (const auto& [stream, one] : run.store.all) {
    if (stream != Stream::kAdapt) continue;
    const std::string text(one.rollout.prompt_tokens.begin(), one.rollout.prompt_tokens.end());
    if (one.rollout.key.theta_step == 0) {
      EXPECT_EQ(one.rollout.prompt_tokens, (std::vector<int>{1, 2, 3}));
    }
    from_kernels += text.find("Write a faster one.") != std::string::npos;
  }
  EXPECT_GT(from_kernels, 0);
  EXPECT_EQ(run.store.steps.steps.at(1).more.at("groups"), 4);
  const auto& search = run.store.results.at("discover_summary.json").at("search");
  EXPECT_GE(search.at("L1/1").at("best_speedup").get<double>(), 1);
}

TEST(Discover, IsTheSameRunAfterAStop) {
  FakeRun whole, broken;
  whole.config.discover.groups = broken.config.discover.groups = 2;
  auto a = whole.context();
  run_discover(a);
  int left = 60;
  broken.check_stop = [&] {
    if (--left == 0) throw core::Stopped(core::ExitCode::kEndedEarly, "stop");
  };
  auto b = broken.context();
  EXPECT_THROW(run_discover(b), core::Stopped);
  *broken.model = test::ScriptedModel{};
  auto c = broken.context();
  run_discover(c);
  EXPECT_EQ(broken.store.results.at("boa_selected.json"),
            whole.store.results.at("boa_selected.json"));
  EXPECT_EQ(broken.store.results.at("discover_summary.json").at("search"),
            whole.store.results.at("discover_summary.json").at("search"));
}

// The prompts of the next round hold kernels: they are longer than the tasks'.
TEST(Discover, MakesNoUpdateThatNoRoundCouldFollow) {
  for (int limit = 300; limit < 3000; limit += 60) {
    FakeRun run;
    run.config.adapt.steps = 20;
    run.config.sampling.max_new_tokens = 4;
    run.config.adapt.diagnostics = false;
    run.config.adapt.reevaluate_samples = 0;
    run.config.budget.all_tokens = limit;
    auto context = run.context();
    run_discover(context);
    EXPECT_EQ(run.store.spent.updates + 1, static_cast<int>(run.store.steps.steps.size())) << limit;
    EXPECT_LE(spent_of(run.store.spent).all_tokens, limit);
  }
}

// Records keep how long a prompt was, and a prompt with a kernel is no task's.
TEST(Discover, AfterAKillIsRaisedToItsPrompts) {
  FakeRun run;
  run.config.adapt.method = "discover";
  auto first = run.context();
  run_method(first);
  for (auto& [stream, one] : run.store.all) {
    one.rollout.prompt_length = one.rollout.prompt_size();
    one.rollout.prompt_tokens.clear();
  }
  const auto ledger = run.store.spent;
  run.store.spent.student_prompt_tokens = run.store.spent.outside.prompt_tokens;
  auto again = run.context();
  run_method(again);
  EXPECT_EQ(run.store.spent.student_prompt_tokens, ledger.student_prompt_tokens);
}

}  // namespace
}  // namespace vegttt::adapt

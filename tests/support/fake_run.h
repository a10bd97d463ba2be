#pragma once

#include "support/memory_store.h"
#include "support/scripted_policy.h"
#include "vegttt/adapt/context.h"

namespace vegttt::test {

inline adapt::TaskPrompt fake_task(const std::string& id) {
  records::Prompt prompt{id, "", "write " + id, "hash of " + id};
  return {id, prompt, {1, 2, 3}};
}

// Everything a method needs, from fakes.
struct FakeRun {
  std::shared_ptr<ScriptedModel> model = std::make_shared<ScriptedModel>();
  config::ExperimentConfig config;
  ScriptedPolicy sampler{model};
  FakeLearner learner{model};
  FakeEvaluator evaluator;
  MemoryStore store;
  adapt::Observer observer;
  std::vector<adapt::TaskPrompt> tasks = {fake_task("L1/1"), fake_task("L1/2")};
  std::function<void()> check_stop = [] {};

  FakeRun() {
    config.sampling.samples_per_task = 8;
    config.learn.learning_rate = 0.05;
    config.adapt.steps = 3;
    config.adapt.reevaluate_samples = 4;
    config.adapt.criterion = "fast_1";
  }
  adapt::Context context() {
    return {config, tasks, sampler, learner, evaluator, store, observer, check_stop, {}};
  }
};

}  // namespace vegttt::test

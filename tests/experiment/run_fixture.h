#pragma once

#include <gtest/gtest.h>

#include "support/fake_parts.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/experiment/records_file.h"
#include "vegttt/experiment/run.h"

namespace vegttt::test {

// Runs experiments with scripted parts in a temporary folder.
class RunFixture : public testing::Test {
 protected:
  static inline const std::string kYaml =
      "seed: 7\n"
      "sampling: {samples_per_task: 6}\n"
      "learn: {learning_rate: 0.05}\n"
      "adapt: {steps: 2, reevaluate_samples: 3, criterion: fast_1}\n";

  core::fs::path run(const std::string& name, const std::vector<std::string>& overrides = {}) {
    return experiment::run_experiment(
        config::parse_experiment(kYaml, "boa.yaml", overrides), request(name), parts(), observer_);
  }
  experiment::RunRequest request(const std::string& name) {
    request_.out = folder_.path().string();
    request_.name = name;
    request_.argv = {"vegttt", "adapt", "boa.yaml"};
    return request_;
  }
  experiment::PartsFactory parts() {
    return [this](const experiment::PartsRequest& request) {
      measures_ = !request.without_evaluator;
      return fake_parts(request);
    };
  }
  std::string text(const core::fs::path& run, const std::string& file) {
    return core::read_file(run / file);
  }

  core::TemporaryFolder folder_;
  experiment::RunRequest request_;
  adapt::Observer observer_;
  bool measures_ = false;  // the last run had an evaluator of its own
};

// What two equal runs must agree on, byte by byte.
inline void expect_same_results(const core::fs::path& a, const core::fs::path& b, int steps) {
  for (const char* file : {"rollouts.jsonl", "rewards.jsonl", "reevaluation.jsonl"})
    EXPECT_EQ(core::read_file(a / file), core::read_file(b / file)) << file;
  for (int step = 0; step <= steps; ++step) {
    const auto name = core::fs::path("checkpoints") / ("step_00" + std::to_string(step));
    for (const char* file : {"adapter_model.safetensors", "trainer_state.json", "DONE"})
      EXPECT_EQ(core::read_file(a / name / file), core::read_file(b / name / file))
          << name << "/" << file;
  }
  EXPECT_EQ(core::read_file(a / "boa_selected.json"), core::read_file(b / "boa_selected.json"));
  EXPECT_FALSE(core::fs::exists(a / "sampled.jsonl"));
}

}  // namespace vegttt::test

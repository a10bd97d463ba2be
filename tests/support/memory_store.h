#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/adapt/store.h"
#include "vegttt/core/file.h"

namespace vegttt::test {

// A run that only lives in memory; checkpoints go to a temporary folder.
class MemoryStore : public adapt::RunStore {
 public:
  std::vector<records::JudgedRollout> judged(adapt::Stream stream, int theta_step) const override {
    std::vector<records::JudgedRollout> found;
    for (const auto& [s, one] : all) {
      if (s == stream && one.rollout.key.theta_step == theta_step) found.push_back(one);
    }
    return found;
  }
  std::vector<records::Rollout> sampled_only(adapt::Stream stream, int theta_step) const override {
    std::vector<records::Rollout> found;
    for (const auto& [s, one] : waiting) {
      if (s == stream && one.key.theta_step == theta_step) found.push_back(one);
    }
    return found;
  }
  void add_sampled(adapt::Stream stream, const records::Rollout& rollout) override {
    ++sampled;
    waiting.emplace_back(stream, rollout);
  }
  void add_judged(adapt::Stream stream, const records::JudgedRollout& one) override {
    std::erase_if(waiting, [&](const auto& w) {
      return w.first == stream && w.second.key == one.rollout.key;
    });
    all.emplace_back(stream, one);
  }
  void add_step(const records::StepMetrics& metrics,
                const std::vector<records::Rollout>& rollouts) override {
    if (metrics.step_idx < static_cast<int>(steps.steps.size())) return;
    steps.steps.push_back(metrics);
    rewarded.push_back(rollouts);
  }
  records::Trajectory trajectory() const override { return steps; }
  void save_checkpoint(int step,
                       const core::Json& state,
                       const std::function<void(const std::string&)>& write) override {
    core::make_folder(checkpoint_folder(step));
    write(checkpoint_folder(step));
    states[step] = state;
  }
  int latest_checkpoint() const override { return states.empty() ? -1 : states.rbegin()->first; }
  std::string checkpoint_folder(int step) const override {
    return (folder.path() / ("step_" + std::to_string(step))).string();
  }
  core::Json checkpoint_state(int step) const override { return states.at(step); }
  records::ComputeLedger& ledger() override { return spent; }
  void save_ledger() override {}
  void add_lines(const std::string& file_name, const std::vector<core::Json>& lines) override {
    auto& file = files[file_name];
    file.insert(file.end(), lines.begin(), lines.end());
  }
  std::vector<core::Json> lines(const std::string& file_name) const override {
    const auto found = files.find(file_name);
    return found == files.end() ? std::vector<core::Json>{} : found->second;
  }
  void write_result(const std::string& file_name, const core::Json& result) override {
    results[file_name] = result;
  }

  core::TemporaryFolder folder;
  int sampled = 0;
  std::vector<std::pair<adapt::Stream, records::JudgedRollout>> all;
  std::vector<std::pair<adapt::Stream, records::Rollout>> waiting;  // sampled, not judged
  records::Trajectory steps;
  std::vector<std::vector<records::Rollout>> rewarded;
  std::map<int, core::Json> states;
  records::ComputeLedger spent;
  std::map<std::string, core::Json> results;
  std::map<std::string, std::vector<core::Json>> files;
};

}  // namespace vegttt::test

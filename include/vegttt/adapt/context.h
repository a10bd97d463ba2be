#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vegttt/adapt/store.h"
#include "vegttt/config/experiment.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/learn/update.h"
#include "vegttt/policy/policy.h"

namespace vegttt::adapt {

enum class Stage { kSample, kEvaluate, kLearn };
const char* name_of(Stage stage);

// Who watches a run. Nothing that it does changes what is computed.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void progress(int /*step*/, Stage /*stage*/, int /*done*/, int /*total*/) {}
  virtual void step_done(const records::StepMetrics& /*metrics*/) {}
  virtual void note(const std::string& /*line*/) {}
};

// One task with the prompt that the policy reads.
struct TaskPrompt {
  std::string task_id;
  records::Prompt prompt;
  std::vector<int> tokens;
};

// Everything that the methods work with; owned by the caller.
struct Context {
  const config::ExperimentConfig& config;
  std::vector<TaskPrompt> tasks;
  policy::Sampler& sampler;
  learn::Learner& learner;
  evaluate::Evaluator& evaluator;
  RunStore& store;
  Observer& observer;
  std::function<void()> check_stop;     // throws core::Stopped when the run must end here
  std::vector<std::string> trained_on;  // tasks that the starting adapter was trained on
};

// fast_1 or fast_1_strict; "auto" follows the protocol.
std::string criterion_of(const config::ExperimentConfig& config);

}  // namespace vegttt::adapt

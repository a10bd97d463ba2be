// Which of N kernels of theta_0 each rule takes, and what those are worth when timed once more: the
// fastest of N is the luckiest of N as well, and has no reason to be lucky again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/records/judged_rollout.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::adapt {

struct Candidates {
  std::vector<std::string> tasks;
  std::vector<records::JudgedRollout> judged;
  int samples = 0;        // of each task that were sampled
  int top = 0;            // of each task the likeliest that were judged; 0: all
  std::int64_t seed = 0;  // of the random rule
};

// How many rules there are for candidates of this `top`.
int rules_that_pick(int top);

// A verdict of each of these rollouts, in their order, on inputs that did not choose them.
using JudgeAgain = std::function<std::vector<records::Evaluation>(
    const std::vector<const records::JudgedRollout*>&)>;

// Draws inputs anew and judges these; `done` after each.
std::vector<records::Evaluation> judge_again(
    evaluate::Evaluator& evaluator,
    const std::vector<const records::JudgedRollout*>& picked,
    const std::function<void()>& done);

// For a method's summary: samples_per_task, evaluate_top, rule, rates, `rows` (one per task, by the
// rule that the run stands for) and `selections` (one per rule). Only rules that can be followed
// from what was judged are listed. `metrics` are the counts of `judged`. A pick that could not be
// judged again has no confirmed_* and is left out of their means.
core::Json picks_json(const Candidates& candidates,
                      const records::StepMetrics& metrics,
                      const JudgeAgain& again);

}  // namespace vegttt::adapt

// Rules that pick one of a task's N rollouts, side by side. All but the first use what the sampler
// knows (log-probs) beside the check for correctness, or before it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vegttt/records/judged_rollout.h"

namespace vegttt::adapt {

struct Pick {
  const records::JudgedRollout* rollout = nullptr;  // none: no correct one where the rule looks
  int evaluations = 0;                              // verdicts that the rule needs
};

struct Selector {
  std::string rule;
  // `judged`: of one task; `seed`: of the random rule.
  std::function<Pick(const std::vector<const records::JudgedRollout*>& judged, std::uint64_t seed)>
      pick;
};

//   measured_best     the fastest correct one
//   random_correct    any correct one
//   confidence        the correct one with the highest mean log-prob per token
//   surprisal         the correct one with the lowest
//   surprisal_top3    the fastest of the three correct ones with the lowest
//   likeliest_topM    the M with the highest mean log-prob are judged, the fastest correct one
//                     among them is taken; M = 1, 4, 16
//
// The rule that a run stands for is the first. Where only the `top` likeliest were judged that is
// likeliest_top<top>, and only rules that look at no more than those are left. 0: all were judged.
std::vector<Selector> selectors(int top = 0);

// The m rollouts of highest mean log-prob, best first; ties go to the lower sample.
std::vector<const records::Rollout*> likeliest(std::vector<const records::Rollout*> rollouts,
                                               std::size_t m);

}  // namespace vegttt::adapt

// Rules that pick one of a task's N rollouts, side by side. All but the first use what the sampler
// knows (log-probs) beside the check for correctness, or before it.
#pragma once

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
  Pick (*pick)(const std::vector<const records::JudgedRollout*>& judged, std::uint64_t seed);
};

//   measured_best     the fastest correct one
//   random_correct    any correct one
//   confidence        the correct one with the highest mean log-prob per token
//   surprisal         the correct one with the lowest
//   surprisal_top3    the fastest of the three correct ones with the lowest
//   likeliest_top1, .._top4, .._top16   the m with the highest mean log-prob are judged, the
//   fastest
//                                       correct one among them is taken
const std::vector<Selector>& selectors();

// The m rollouts of highest mean log-prob, best first; ties go to the lower sample.
std::vector<const records::Rollout*> likeliest(std::vector<const records::Rollout*> rollouts,
                                               std::size_t m);

}  // namespace vegttt::adapt

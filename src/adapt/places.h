// What a round consists of, and what the store holds of it already.
#pragma once

#include <optional>
#include <vector>

#include "vegttt/adapt/rollouts.h"

namespace vegttt::adapt {

// One rollout of the round: filled step by step, from the store or by work.
struct Place {
  const TaskPrompt* task = nullptr;
  records::RolloutKey key;
  std::optional<records::Rollout> rollout;
  std::optional<records::Evaluation> evaluation;
};

// In the round's order, with what earlier attempts left. Throws UserError when a prompt has changed
// since.
std::vector<Place> places_of(const Context& context, const Round& round);

}  // namespace vegttt::adapt

// Chains of power sampling that advance together and are recorded together.
#pragma once

#include <vector>

#include "vegttt/adapt/context.h"

namespace vegttt::adapt {

// Samples [first, end) of every task. Their chains share the places of their cuts, so a wave that
// is made again must be the same wave.
struct Wave {
  int first = 0, end = 0;
};

// Most samples of a task in one wave: what a killed run does again.
inline constexpr int kWave = 32;

// What earlier attempts recorded, in order.
std::vector<Wave> recorded_waves(const RunStore& store);

// Runs the chains whose rollouts the store does not hold yet: first proposals.jsonl with every
// request, then the rollouts, then the ledger. A wave that is stopped on its way leaves no record;
// what it had spent is counted outside of the budget, since it will be made again. `total`: samples
// of the run, for the observer.
void sample_wave(Context& context, const Wave& wave, int total);

// Tokens of requests, by the lines of proposals.jsonl.
struct ChainTokens {
  std::int64_t prompt = 0, completion = 0, scored = 0;
};
ChainTokens recorded_chain_tokens(const RunStore& store);

}  // namespace vegttt::adapt

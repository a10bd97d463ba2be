#include "recount.h"

#include <algorithm>

#include "power_wave.h"

namespace vegttt::adapt {
namespace {

using Count = std::int64_t;

struct Recorded {
  Count rollouts = 0, prompt_tokens = 0, completion_tokens = 0, evaluations = 0;
};

Recorded recorded_of(const Context& context, Stream stream) {
  Recorded sum;
  const auto add = [&](const records::Rollout& rollout) {
    ++sum.rollouts;
    sum.prompt_tokens += rollout.prompt_size();
    sum.completion_tokens += static_cast<Count>(rollout.completion_tokens.size());
  };
  const int steps = static_cast<int>(context.store.trajectory().steps.size());
  for (int step = 0; step <= steps; ++step) {
    for (const auto& one : context.store.judged(stream, step)) {
      add(one.rollout);
      ++sum.evaluations;
    }
    for (const auto& rollout : context.store.sampled_only(stream, step)) add(rollout);
  }
  return sum;
}

// By how much the records exceed what the ledger knows.
Count shortfall(Count known, Count recorded) { return std::max<Count>(0, recorded - known); }

}  // namespace

void recount(Context& context) {
  auto& ledger = context.store.ledger();
  auto& outside = ledger.outside;
  const auto fresh = recorded_of(context, Stream::kFresh);
  const auto raise = [](Count& part, Count& whole, Count recorded) {
    const Count more = shortfall(part, recorded);
    part += more;
    whole += more;
  };
  raise(outside.rollouts, ledger.rollouts, fresh.rollouts);
  raise(outside.prompt_tokens, ledger.student_prompt_tokens, fresh.prompt_tokens);
  raise(outside.completion_tokens, ledger.student_completion_tokens, fresh.completion_tokens);
  raise(outside.evaluations, ledger.evaluations, fresh.evaluations);
  auto within = recorded_of(context, Stream::kAdapt);
  if (const auto chains = recorded_chain_tokens(context.store); chains.prompt > 0) {
    within.prompt_tokens = chains.prompt;  // of all requests, not of the rollouts that they led to
    within.completion_tokens = chains.completion;
    ledger.scored_tokens += shortfall(ledger.scored_tokens - outside.scored_tokens, chains.scored);
  }
  ledger.rollouts += shortfall(ledger.rollouts - outside.rollouts, within.rollouts);
  ledger.student_prompt_tokens +=
      shortfall(ledger.student_prompt_tokens - outside.prompt_tokens, within.prompt_tokens);
  ledger.student_completion_tokens += shortfall(
      ledger.student_completion_tokens - outside.completion_tokens, within.completion_tokens);
  ledger.evaluations += shortfall(ledger.evaluations - outside.evaluations, within.evaluations);
}

}  // namespace vegttt::adapt

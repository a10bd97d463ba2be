// Power sampling: N rollouts per task from theta_0 to the power alpha. Nothing is learnt. Every
// request of a chain is paid for and stands in proposals.jsonl; a rollout is where its chain ended.
#include <algorithm>

#include "best_of_n.h"
#include "power_wave.h"
#include "vegttt/adapt/budget.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/adapt/rollouts.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

// The most that one more chain of every task can cost: every proposal from its first token on.
Spent one_of_each(const Context& context) {
  const auto& power = context.config.power;
  const std::int64_t longest = context.config.sampling.max_new_tokens;
  const std::int64_t sampled = longest + power.iterations * longest * (power.blocks + 1) / 2;
  const std::int64_t requests = power.blocks * (power.iterations + 1LL);
  Spent sum;
  for (const auto& task : context.tasks) {
    const auto prompt = static_cast<std::int64_t>(task.tokens.size());
    // A request reads the prompt and what stands before the cut, and is scored as a whole.
    sum = sum + Spent{1, sampled, sampled + 2 * requests * (prompt + longest), 1, 0};
  }
  return sum;
}

core::Json acceptance_of(const Context& context) {
  double accepted = 0, proposed = 0;
  for (const auto& line : context.store.lines("proposals.jsonl")) {
    if (line.at("iteration").get<int>() < 0) continue;
    ++proposed;
    accepted += line.at("accepted").get<bool>();
  }
  return {{"alpha", context.config.power.alpha},
          {"proposals", proposed},
          {"acceptance", proposed > 0 ? accepted / proposed : 0.0}};
}

// Buys waves from what the budget has left, and judges each before the next.
class Waves {
 public:
  explicit Waves(Context& context) : context_(context) {}

  // As many samples of every task as have room, at most `wanted`. Waves that were recorded were
  // paid for then.
  int buy(int wanted) {
    for (const auto& wave : recorded_waves(context_.store)) make(wave, wanted);
    while (samples_ < wanted) {
      const int fit = room(std::min(wanted - samples_, kWave));
      if (fit == 0) break;
      make({samples_, samples_ + fit}, wanted);
    }
    return samples_;
  }
  const std::vector<records::JudgedRollout>& judged() const { return judged_; }
  const std::string& stopped_by() const { return stopped_by_; }

 private:
  int room(int samples) {
    const auto& budget = context_.config.budget;
    if (budget.device_seconds > 0 && seconds_ < 0) samples = 1;  // to learn its cost
    Spent one = one_of_each(context_);
    one.device_seconds = std::max(0.0, seconds_);
    const auto spent = spent_of(context_.store.ledger());
    const int fit = times_that_fit(spent, one, samples, budget);
    if (fit == 0) stopped_by_ = exceeded_by(spent, one, budget);
    return fit;
  }

  void make(const Wave& wave, int wanted) {
    const auto& ledger = context_.store.ledger();
    const double before = spent_of(ledger).device_seconds;
    sample_wave(context_, wave, wanted);
    judged_ = rollouts_of(context_, {Stream::kAdapt, 0, context_.tasks, wave.end});
    const double seconds = spent_of(ledger).device_seconds - before;
    if (seconds > 0) seconds_ = seconds / (wave.end - wave.first);
    samples_ = wave.end;
  }

  Context& context_;
  std::vector<records::JudgedRollout> judged_;
  int samples_ = 0;
  double seconds_ = -1;  // of one sample of every task; -1: not measured yet
  std::string stopped_by_;
};

}  // namespace

void run_power_sampling(Context& context) {
  Waves waves(context);
  const int samples = waves.buy(context.config.adapt.best_of_n_samples);
  if (samples == 0) throw no_room_for_one_of_each(waves.stopped_by());
  finish_best_of_n(context,
                   "power_sampling",
                   {waves.judged(), samples, 0},
                   budget_json(context.config.budget, context.store.ledger(), waves.stopped_by()),
                   {{"power", acceptance_of(context)}});
}

}  // namespace vegttt::adapt

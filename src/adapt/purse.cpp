#include "purse.h"

#include <algorithm>

namespace vegttt::adapt {
namespace {

std::int64_t size_of(const std::vector<int>& tokens) {
  return static_cast<std::int64_t>(tokens.size());
}

Spent cost_of(const records::Rollout& rollout, bool judged) {
  Spent spent;
  spent.rollouts = 1;
  spent.sampled_tokens = size_of(rollout.completion_tokens);
  spent.all_tokens = spent.sampled_tokens + rollout.prompt_size();
  spent.evaluations = judged;
  return spent;
}

// Device seconds are what the clock says; they are no sum over rollouts.
Spent cost_of(const std::vector<records::JudgedRollout>& judged) {
  Spent sum;
  for (const auto& one : judged) sum = sum + cost_of(one.rollout, true);
  return sum;
}

Spent operator-(const Spent& a, const Spent& b) { return a + b * -1; }

}  // namespace

// The most that one more sample of every task can cost.
Spent Purse::one_of_each(const std::vector<TaskPrompt>& tasks) const {
  Spent sum;
  for (const auto& task : tasks) {
    Spent one;
    one.rollouts = one.evaluations = 1;
    one.sampled_tokens = context_.config.sampling.max_new_tokens;
    one.all_tokens = one.sampled_tokens + size_of(task.tokens);
    one.device_seconds = std::max(0.0, rollout_s_);
    sum = sum + one;
  }
  return sum;
}

// What was spent before the first rollout of this round, also when some of it is in the store.
Spent Purse::before(const adapt::Round& round) const {
  Spent within;
  for (const auto& one : context_.store.judged(round.stream, round.theta_step))
    within = within + cost_of(one.rollout, true);
  for (const auto& rollout : context_.store.sampled_only(round.stream, round.theta_step))
    within = within + cost_of(rollout, false);
  return spent_of(context_.store.ledger()) - within;
}

// Of a step that is complete, else 0. The step's own counts, since a torn record of one of its
// rollouts is no reason to take fewer: that one is made again.
int Purse::recorded_samples(const adapt::Round& round) const {
  const auto steps = context_.store.trajectory().steps;
  if (round.stream != Stream::kAdapt || round.theta_step >= static_cast<int>(steps.size()))
    return 0;
  int rollouts = 0;
  for (const auto& [task, counts] : steps[static_cast<std::size_t>(round.theta_step)].tasks)
    rollouts += counts.n + counts.unscored;
  return rollouts / static_cast<int>(round.tasks.size());
}

Purse::Round Purse::buy(const adapt::Round& wanted) {
  const auto& budget = context_.config.budget;
  Round bought;
  adapt::Round round = wanted;
  if (const int recorded = recorded_samples(wanted); recorded > 0 || !limited(budget)) {
    round.samples = recorded > 0 ? recorded : wanted.samples;
    bought.judged = rollouts_of(context_, round);
  } else {
    const Spent start = before(wanted);
    for (round.samples = 0; round.samples < wanted.samples;) {
      Spent spent = start + cost_of(bought.judged);
      spent.device_seconds = spent_of(context_.store.ledger()).device_seconds;
      const Spent one = one_of_each(wanted.tasks);
      int fit = times_that_fit(spent, one, wanted.samples - round.samples, budget);
      if (budget.device_seconds > 0 && rollout_s_ < 0) fit = std::min(fit, 1);  // to learn its cost
      if (fit == 0) {
        stopped_by_ = exceeded_by(spent, one, budget);
        break;
      }
      const std::size_t had = bought.judged.size();
      round.samples += fit;
      bought.judged = rollouts_of(context_, round);
      const double seconds =
          spent_of(context_.store.ledger()).device_seconds - spent.device_seconds;
      if (seconds > 0) rollout_s_ = seconds / static_cast<double>(bought.judged.size() - had);
    }
  }
  bought.samples = round.samples;
  bought.truncated = round.samples < wanted.samples;
  if (bought.truncated && stopped_by_.empty())
    stopped_by_ = exceeded_by(spent_of(context_.store.ledger()), one_of_each(wanted.tasks), budget);
  return bought;
}

std::vector<records::Rollout> Purse::sample(const adapt::Round& wanted) {
  const auto& budget = context_.config.budget;
  Spent one = one_of_each(wanted.tasks), spent = before(wanted);
  one.evaluations = 0;
  const Spent start = spent;
  adapt::Round round = wanted;
  std::vector<records::Rollout> sampled;
  for (round.samples = 0; round.samples < wanted.samples;) {
    const int fit = times_that_fit(spent, one, wanted.samples - round.samples, budget);
    if (fit == 0) {
      stopped_by_ = exceeded_by(spent, one, budget);
      break;
    }
    round.samples += fit;
    sampled = sampled_of(context_, round);
    spent = start;
    for (const auto& rollout : sampled) spent = spent + cost_of(rollout, false);
  }
  samples_ = round.samples;
  return sampled;
}

int Purse::evaluations_with_room(const std::vector<TaskPrompt>& tasks, int wanted) {
  const auto limit = context_.config.budget.evaluations;
  if (limit <= 0) return wanted;
  const int fit = static_cast<int>(limit / static_cast<std::int64_t>(tasks.size()));
  if (fit < wanted) stopped_by_ = "evaluations";
  return std::min(fit, wanted);
}

core::UserError Purse::no_room() const { return no_room_for_one_of_each(stopped_by_); }

bool Purse::affords(const Spent& update, const std::vector<TaskPrompt>& tasks) {
  Spent next = update + one_of_each(tasks);
  next.device_seconds += update_s_;
  const auto kind = exceeded_by(spent_of(context_.store.ledger()), next, context_.config.budget);
  if (!kind.empty()) stopped_by_ = kind;
  return kind.empty();
}

core::Json Purse::report() const {
  return budget_json(context_.config.budget, context_.store.ledger(), stopped_by_);
}

}  // namespace vegttt::adapt

#include "places.h"

#include <map>

#include "vegttt/core/error.h"

namespace vegttt::adapt {
namespace {

using records::Rollout;

std::vector<Place> empty_places_of(const Context& context, const Round& round) {
  std::vector<Place> places;
  for (std::size_t t = 0; t < round.tasks.size(); ++t) {
    const int first = round.first_sample.empty() ? 0 : round.first_sample[t];
    for (int sample = first; sample < first + round.samples; ++sample)
      places.push_back({&round.tasks[t],
                        {context.config.seed, round.theta_step, round.tasks[t].task_id, sample},
                        {},
                        {}});
  }
  return places;
}

void check_prompt(const Place& place, const Rollout& rollout) {
  if (rollout.prompt_hash == place.task->prompt.hash) return;
  throw core::UserError(
      "the prompt of " + rollout.key.task_id + " is not the one this run began with",
      rollout.key.text(),
      "restore the prompt files, or start a new run");
}

// What earlier attempts left.
void fill_from_store(const Context& context, const Round& round, std::vector<Place>& places) {
  std::map<records::RolloutKey, Place*> by_key;
  for (auto& place : places) by_key[place.key] = &place;
  const auto take = [&](Rollout rollout, std::optional<records::Evaluation> evaluation) {
    const auto found = by_key.find(rollout.key);
    if (found == by_key.end()) return;
    Place& place = *found->second;
    check_prompt(place, rollout);
    rollout.prompt_tokens = place.task->tokens;
    place.rollout = std::move(rollout);
    place.evaluation = std::move(evaluation);
  };
  for (auto& rollout : context.store.sampled_only(round.stream, round.theta_step))
    take(std::move(rollout), {});
  for (auto& one : context.store.judged(round.stream, round.theta_step))
    take(std::move(one.rollout), std::move(one.evaluation));
}

}  // namespace

std::vector<Place> places_of(const Context& context, const Round& round) {
  auto places = empty_places_of(context, round);
  fill_from_store(context, round, places);
  return places;
}

}  // namespace vegttt::adapt

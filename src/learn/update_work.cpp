#include "update_work.h"

#include <algorithm>

#include "loss.h"
#include "vegttt/policy/device.h"

namespace vegttt::learn {
namespace {

// A rollout without advantage moves nothing unless there is a KL term, one without a signal never
// does: they count in the denominators only.
std::vector<std::size_t> moving_of(std::vector<std::size_t> usable,
                                   const TokenSignal& signal,
                                   const UpdateOptions& options) {
  const bool kl = options.learn.kl_coefficient != 0;
  std::erase_if(usable,
                [&](std::size_t i) { return !signal.exists(i) || (!kl && !signal.moves(i)); });
  return usable;
}

std::int64_t length_of(const records::Rollout& rollout) {
  return static_cast<std::int64_t>(rollout.prompt_tokens.size() + rollout.completion_tokens.size());
}

}  // namespace

UpdateWork work_of(const policy::Transformer& model,
                   const Batch& batch,
                   const TokenSignal& signal,
                   const UpdateOptions& options) {
  const auto usable = usable_of(batch);
  const auto moving = moving_of(usable, signal, options);
  UpdateWork work;
  std::int64_t longest = 0;
  for (const std::size_t i : moving) {
    work.tokens += length_of(batch.rollouts[i]);
    longest = std::max(longest, length_of(batch.rollouts[i]));
  }
  const auto plan = policy::plan_learning(model,
                                          policy::available_memory(model.device()),
                                          longest,
                                          options.learn.checkpointing,
                                          options.learn.micro_batch_tokens);
  work.checkpointing = plan.checkpointing;
  const auto weights = token_weights(
      batch.rollouts, usable, options.learn.reduction, options.sampling.max_new_tokens);
  for (const MicroBatch& packed : pack(batch.rollouts, moving, weights, plan.tokens)) {
    work.batches.push_back(packed.to(model.device()));
    work.batches.back().advantages = advantages_of(signal, work.batches.back());
  }
  return work;
}

}  // namespace vegttt::learn

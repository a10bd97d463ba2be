// What each token is pushed by: the rollout's advantage, what a teacher that reads more thinks of
// the token, and a KL term that acts as an advantage.
#pragma once

#include "scoring.h"
#include "update_options.h"
#include "vegttt/learn/update.h"

namespace vegttt::learn {

struct TokenSignal {
  std::vector<std::vector<float>> advantages;  // per rollout of the batch, per completion token
  std::vector<at::Tensor> teacher_hidden;      // per rollout; teacher.loss full, else empty
  std::vector<bool> taught;                    // the teacher scored it; empty without a teacher
  bool whole_distribution() const { return !teacher_hidden.empty(); }
  // False: there is a teacher, and it has nothing to say about this rollout.
  bool exists(std::size_t rollout) const { return taught.empty() || taught[rollout]; }
  // The rollout can move the weights without a KL term in the loss.
  bool moves(std::size_t rollout) const;
};

// Places of the rollouts that may be learnt from.
std::vector<std::size_t> usable_of(const Batch& batch);

// Every token gets its rollout's advantage.
TokenSignal signal_of(const Batch& batch);

// The model, with the teacher's adapter attached, scores the tokens of usable rollouts behind the
// teacher's prompts. sampled_token: A = w A_reward + (1 - w) beta (log teacher - log sampler).
// Counts tokens where they are computed and the gap into `stats`.
void teach(const policy::Transformer& model,
           const Batch& batch,
           const UpdateOptions& options,
           TokenSignal& signal,
           UpdateStats& stats);

// A += coefficient (mean(log sampler - log theta_0) - (log sampler - log theta_0)) over the tokens
// of usable rollouts whose signal exists; the model has theta_0's adapter attached.
void add_kl_advantage(const policy::Transformer& model,
                      const Batch& batch,
                      const UpdateOptions& options,
                      TokenSignal& signal,
                      UpdateStats& stats);

// For the rollouts of a micro-batch, in its order of tokens.
at::Tensor advantages_of(const TokenSignal& signal, const MicroBatch& batch);
at::Tensor teacher_hidden_of(const TokenSignal& signal, const MicroBatch& batch);
// [n] int64: which of the micro-batch's sequences a token belongs to.
at::Tensor sequences_of(const TokenSignal& signal, const MicroBatch& batch);

}  // namespace vegttt::learn

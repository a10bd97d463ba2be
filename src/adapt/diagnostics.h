// What a step tells about saturation, from its rollouts alone or with one pass of theta_0.
#pragma once

#include "vegttt/adapt/rollouts.h"

namespace vegttt::adapt {

// Spearman's rank correlation with mean ranks for ties; NaN when one side does not vary.
double spearman(const std::vector<double>& a, const std::vector<double>& b);
// Mean log-prob per token of a completion under the distribution that it was sampled from.
double mean_logprob(const records::Rollout& rollout);

// Adds to metrics: distinct_normalised per task; and to `more`: entropy (nats per token: minus the
// mean log-prob of what was sampled), distinct_share, spearman_logprob_speedup (within tasks,
// weighed by correct rollouts) and spearman_pooled. Correct rollouts only; a value that does not
// exist is left out.
void add_diagnostics(const std::vector<records::JudgedRollout>& judged,
                     records::StepMetrics& metrics);

// Asks the learner how likely these rollouts were under theta_0: kl_theta0 (k3) and kl_theta0_k1,
// nats per token, each with its standard error over rollouts (.._se). At step 0 it is what sampler
// and trainer differ by in rounding: the noise that later steps have to exceed. Outside of any
// budget.
void add_distance(Context& context,
                  const std::vector<records::Rollout>& rollouts,
                  records::StepMetrics& metrics);

}  // namespace vegttt::adapt

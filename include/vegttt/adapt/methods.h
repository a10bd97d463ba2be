// The methods that an experiment can name. Each one continues where the store's records end.
#pragma once

#include "vegttt/adapt/context.h"

namespace vegttt::adapt {

// Runs config.adapt.method to its end and writes its result files.
void run_method(Context& context);

// K rollouts per task from theta_0, nothing learnt.
void run_base(Context& context);
// N rollouts per task from theta_0; the fastest correct one of each task is selected, then timed
// once more.
void run_best_of_n(Context& context);
// N rollouts per task from theta_0 to the power alpha, by Metropolis-Hastings; then as best_of_n.
void run_power_sampling(Context& context);
// Batch test-time training with checkpoint selection: the same tasks at every step.
void run_batch_ttt(Context& context);
// Self-distilled policy optimisation (the paper's section 3.5): the model itself, reading the
// outcome of each rollout, scores the rollout's tokens.
void run_sdpo(Context& context);
// On-policy self-distillation: the teacher reads the best verified kernel.
void run_opsd(Context& context);
// TTT-Discover: verified kernels are starting points, chosen by PUCT.
void run_discover(Context& context);
// GRPO over batches of training tasks; the same order in every epoch.
void run_rlvr(Context& context);

// Updates that rlvr makes.
int rlvr_steps(const config::AdaptOptions& options, int tasks);

// What a probe needs: a run without a store.
struct ProbeParts {
  const config::ExperimentConfig& config;
  std::vector<TaskPrompt> tasks;
  policy::Sampler& sampler;
  learn::Learner& learner;
  evaluate::Evaluator& evaluator;
  Observer& observer;
  std::function<void()> check_stop;
};
// theta_0's rates from a few rollouts, before anything is spent; kept nowhere.
records::StepMetrics probe(const ProbeParts& parts, int samples);
// What they mean for a run: tasks from which nothing can be learnt.
std::vector<std::string> probe_warnings(const records::StepMetrics& metrics);

}  // namespace vegttt::adapt

// What the paper's code did (not what its text says, where they differ): global z-score over the
// step, importance sampling summed over tokens with the trainer at temperature one, no clipping of
// gradients, fresh Adam at every step, and rewards over a running median that depends on the order
// of evaluation.
#include "vegttt/config/experiment.h"
#include "vegttt/core/error.h"

namespace vegttt::config {

void apply_preset(const std::string& preset, ExperimentConfig& config) {
  config.preset = preset;
  if (preset != "paper") return;  // an unknown name is found with the other values
  config.sampling.temperature = 0.25;
  config.evaluate.protocol = "paper-fast";
  config.reward.kind = "speedup";
  config.reward.normalizer = "running_median_32";
  config.reward.correct_bonus = 0;
  config.reward.cap = 1e12;
  config.learn.learning_rate = 1e-5;
  config.learn.advantage = "global_std";
  config.learn.loss = "importance_sampling";
  config.learn.reduction = "sum";
  config.learn.max_grad_norm = 0;
  config.learn.epsilon = 1e-12;
  config.learn.reset_optimizer = true;
  config.learn.logprob_temperature = "one";
}

}  // namespace vegttt::config

#include "vegttt/config/experiment.h"
#include "vegttt/core/error.h"

namespace vegttt::config {
namespace {

// What the paper's code did (not what its text says, where they differ): global z-score over the
// step, importance sampling summed over tokens with the trainer at temperature one, no clipping of
// gradients, fresh Adam at every step, rewards over a running median that depends on the order of
// evaluation, and a teacher that is the student of the moment.
void apply_paper(ExperimentConfig& config) {
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
  config.teacher.weights = "student";
}

// Its authors' code: solution of another rollout or feedback, moving teacher, whole distribution
// between the two divergences, ratios capped.
void apply_sdpo(ExperimentConfig& config) {
  config.adapt.method = "sdpo";
  config.teacher.solution = true;
  config.teacher.weights = "ema";
  config.teacher.ema_rate = 0.05;
  config.teacher.loss = "full";
  config.teacher.divergence = 0.5;
  config.learn.ratio_cap = 2;
}

void apply_opsd(ExperimentConfig& config) {
  config.adapt.method = "opsd";
  config.teacher.weights = "frozen";
  config.teacher.loss = "full";
  config.teacher.divergence = 0.5;
  config.learn.learning_rate = 2e-4;
  config.sampling.temperature = 1.1;
  config.sampling.top_p = 0.95;
  config.sampling.top_k = 20;
}

void apply_discover(ExperimentConfig& config) {
  config.adapt.method = "discover";
  config.sampling.temperature = 1;
  config.reward.kind = "inverse_runtime";
  config.reward.correct_bonus = 0;
  config.learn.learning_rate = 4e-5;
  config.learn.advantage = "entropic";
  config.learn.loss = "importance_sampling";
  config.learn.reduction = "sum";
  config.learn.max_grad_norm = 0;
  config.learn.kl_coefficient = 0.1;
  config.learn.kl_place = "advantage";
}

}  // namespace

void apply_preset(const std::string& preset, ExperimentConfig& config) {
  config.preset = preset;
  if (preset == "paper") apply_paper(config);
  if (preset == "sdpo") apply_sdpo(config);
  if (preset == "opsd") apply_opsd(config);
  if (preset == "discover") apply_discover(config);
  // An unknown name is found with the other values.
}

}  // namespace vegttt::config

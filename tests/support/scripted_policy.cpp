#include "support/scripted_policy.h"

#include <unistd.h>

#include <cmath>
#include <span>

#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/safetensors.h"

namespace vegttt::test {
namespace {

constexpr int kEnd = 9;
const std::array<std::string, 3> kWords = {"wrong", "slow", "fast"};

}  // namespace

std::array<double, 3> ScriptedModel::probabilities() const {
  std::array<double, 3> p{};
  double sum = 0;
  for (int i = 0; i < 3; ++i) sum += p[i] = std::exp(theta[i]);
  for (double& one : p) one /= sum;
  return p;
}

std::vector<int> ScriptedPolicy::encode_prompt(const std::string& system,
                                               const std::string& user) const {
  std::vector<int> tokens;
  for (const char c : system + user) tokens.push_back(static_cast<unsigned char>(c));
  return tokens;
}

std::string ScriptedPolicy::decode_completion(const std::vector<int>& tokens) const {
  std::string text = kWords.at(static_cast<std::size_t>(tokens.front()));
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i] != kEnd) text += " " + std::to_string(tokens[i]);
  }
  return text;
}

void ScriptedPolicy::sample(const std::vector<policy::SampleRequest>& requests,
                            const config::SamplingOptions& options,
                            const std::function<void(std::size_t, policy::Completion)>& done) {
  const auto p = model_->probabilities();
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& stream = requests[i].stream;
    const double u = stream.uniform(0);
    const int word = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
    policy::Completion completion;
    completion.tokens = {
        word, static_cast<int>(stream.below(1, 4)), static_cast<int>(stream.below(2, 4))};
    completion.logprobs = {static_cast<float>(std::log(p[static_cast<std::size_t>(word)])),
                           std::log(0.25f),
                           std::log(0.25f)};
    completion.truncated = options.max_new_tokens < 4;
    const auto longest = static_cast<std::size_t>(options.max_new_tokens);
    if (longest < completion.tokens.size()) {
      completion.tokens.resize(longest);
      completion.logprobs.resize(longest);
    }
    if (!completion.truncated) {
      completion.tokens.push_back(kEnd);
      completion.logprobs.push_back(0);
    }
    ++sampled;
    if (delay_us > 0) ::usleep(delay_us);
    done(i, std::move(completion));
  }
}

learn::UpdateStats FakeLearner::update(const learn::Batch& batch,
                                       const config::LearnOptions& options,
                                       const config::SamplingOptions&,
                                       const config::TeacherOptions&) {
  const auto p = model_->probabilities();
  std::array<double, 3> gradient{};
  learn::UpdateStats stats;
  for (std::size_t i = 0; i < batch.rollouts.size(); ++i) {
    if (!batch.usable[i]) continue;
    const auto& rollout = batch.rollouts[i];
    for (int k = 0; k < 3; ++k)
      gradient[k] += rollout.advantage * ((rollout.completion_tokens.front() == k ? 1 : 0) - p[k]);
    stats.trained_tokens += static_cast<std::int64_t>(rollout.completion_tokens.size());
    if (batch.teacher_prompts.empty() || batch.teacher_prompts[i].empty()) continue;
    ++stats.taught;
    stats.teacher_prompt_tokens += static_cast<std::int64_t>(batch.teacher_prompts[i].size());
    stats.teacher_completion_tokens += static_cast<std::int64_t>(rollout.completion_tokens.size());
  }
  for (int k = 0; k < 3; ++k) {
    model_->theta[k] += options.learning_rate * gradient[k];
    stats.grad_norm += gradient[k] * gradient[k];
  }
  stats.grad_norm = std::sqrt(stats.grad_norm);
  ++updates;
  last = batch;
  return stats;
}

std::vector<learn::Score> FakeLearner::score(const std::vector<records::Rollout>& rollouts,
                                             const config::SamplingOptions&,
                                             learn::Weights weights) {
  const auto p =
      weights == learn::Weights::kStart ? start_.probabilities() : model_->probabilities();
  std::vector<learn::Score> scores;
  for (const auto& rollout : rollouts) {
    learn::Score score;
    score.logprobs.assign(rollout.completion_tokens.size(), std::log(0.25f));
    const auto word = static_cast<std::size_t>(rollout.completion_tokens.front());
    score.logprobs[0] = static_cast<float>(std::log(p.at(word)));
    if (rollout.completion_tokens.back() == kEnd) score.logprobs.back() = 0;
    score.entropy = 1;
    scores.push_back(score);
  }
  return scores;
}

void FakeLearner::save(const std::string& folder) const {
  const auto bytes = std::as_bytes(std::span(model_->theta));
  core::write_safetensors(core::fs::path(folder) / "adapter_model.safetensors",
                          {{"theta", {"F64", {3}, bytes}}});
  core::write_file_atomically(core::fs::path(folder) / "adapter_config.json", "{}\n");
}

void FakeLearner::load(const std::string& folder) {
  const core::SafetensorsFile file(core::fs::path(folder) / "adapter_model.safetensors");
  const auto bytes = file.tensors().at("theta").bytes;
  std::copy(bytes.begin(), bytes.end(), std::as_writable_bytes(std::span(model_->theta)).begin());
}

records::Evaluation FakeEvaluator::evaluate(const evaluate::Submission& submission,
                                            evaluate::Until) {
  ++evaluations;
  if (delay_us > 0) ::usleep(delay_us);
  records::Evaluation evaluation;
  evaluation.task_id = submission.task_id;
  evaluation.candidate_hash = core::short_hash(submission.task_id + submission.completion);
  evaluation.protocol = "fake";
  if (machine_fails && machine_fails(submission)) {
    evaluation.message = "the machine is on fire";
    return evaluation;
  }
  const std::string word = submission.completion.substr(0, submission.completion.find(' '));
  if (word == "wrong") {
    evaluation.status = records::Status::kWrong;
    return evaluation;
  }
  const double unit = static_cast<double>(core::hash64(submission.completion) >> 11) * 0x1.0p-53;
  records::Timing timing;
  timing.speedup = word == "fast" ? 1.1 + 0.9 * unit : 0.5;
  timing.speedup_low = timing.speedup - 0.05;
  timing.candidate_median_us = 100 / timing.speedup;
  timing.reference_median_us = 100;
  evaluation.timing = timing;
  evaluation.status = word == "fast" ? records::Status::kFast : records::Status::kSlow;
  evaluation.fast_1 = evaluation.fast_1_strict = word == "fast";
  return evaluation;
}

void FakeEvaluator::evaluate_all(
    const std::vector<evaluate::Submission>& submissions,
    const std::function<void(std::size_t, const records::Evaluation&)>& done) {
  for (std::size_t n = 0; n < submissions.size(); ++n) {
    const std::size_t i = backwards ? submissions.size() - 1 - n : n;
    done(i, evaluate(submissions[i], evaluate::Until::kTime));
  }
}

}  // namespace vegttt::test

#include "workshop.h"

#include "outside_support.h"
#include "vegttt/core/text.h"

namespace vegttt::experiment {
namespace {

// Everything of `policy` but what a run may do with it.
std::string policy_key(const config::ExperimentConfig& config) {
  std::string key;
  for (const auto& field : config::fields_of(config)) {
    if (core::starts_with(field.key, "policy.") && field.key != "policy.allow_leak")
      key += field.key + "=" + field.value + "\n";
  }
  return key;
}

// A judge that several runs use, as one of them sees it.
class SharedEvaluator : public evaluate::Evaluator {
 public:
  SharedEvaluator(std::shared_ptr<evaluate::Evaluator> judge, const std::string& kernel_folder)
      : judge_(std::move(judge)) {
    judge_->keep_kernels_in(kernel_folder);
  }
  records::Evaluation evaluate(const evaluate::Submission& submission,
                               evaluate::Until until) override {
    return judge_->evaluate(submission, until);
  }
  void evaluate_all(
      const std::vector<evaluate::Submission>& submissions,
      const std::function<void(std::size_t, const records::Evaluation&)>& done) override {
    judge_->evaluate_all(submissions, done);
  }
  void prepare(const evaluate::Submission& submission) override { judge_->prepare(submission); }
  void make_room(std::uint64_t bytes) override { judge_->make_room(bytes); }
  void when_short(std::function<void(std::uint64_t bytes)> ask) override {
    judge_->when_short(std::move(ask));
  }
  void draw_inputs_anew() override { judge_->draw_inputs_anew(); }

 private:
  std::shared_ptr<evaluate::Evaluator> judge_;
};

}  // namespace

std::shared_ptr<policy::LocalPolicy> Workshop::policy_for(const PartsRequest& request) {
  const std::string key = policy_key(request.config);
  if (policy_ && key == policy_key_) {
    policy::start_over(
        *policy_, request.config.policy, static_cast<std::uint64_t>(request.config.seed));
    return policy_;
  }
  policy_.reset();
  policy_ = makers_.policy(request);
  policy_key_ = key;
  return policy_;
}

std::unique_ptr<evaluate::Evaluator> Workshop::judge_for(
    const PartsRequest& request, const std::shared_ptr<tasks::Catalogue>& catalogue) {
  const std::string key = judge_key(request.config) + std::to_string(request.threads) + "/" +
                          std::to_string(request.secret_seed);
  if (!judge_ || key != judge_key_) {
    judge_.reset();
    catalogue_ = catalogue;
    judge_ = makers_.judge(request, *catalogue_);
    judge_key_ = key;
  }
  makers_.share(request.config, policy_.get(), *judge_);
  return std::make_unique<SharedEvaluator>(judge_, request.kernel_folder);
}

}  // namespace vegttt::experiment

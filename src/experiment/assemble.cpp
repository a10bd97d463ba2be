#include "vegttt/experiment/assemble.h"

#include <ATen/Parallel.h>

#include "outside_support.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/duplicates.h"
#include "vegttt/evaluate/runner.h"
#include "vegttt/experiment/device_memory.h"
#include "vegttt/experiment/plan.h"
#include "vegttt/learn/local_learner.h"
#include "vegttt/policy/chat.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/scaffold/prompt.h"
#include "vegttt/tasks/catalogue.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::experiment {
namespace {

scaffold::PromptFrame frame_of(const config::ExperimentConfig& config) {
  if (config.prompt.frame != "auto") return scaffold::PromptFrame::load(config.prompt.frame);
  const auto folder = policy::find_model_folder(config.policy.folder);
  return scaffold::PromptFrame::load(policy::preferred_frame(folder));
}

std::vector<adapt::TaskPrompt> prompts_of(const config::ExperimentConfig& config,
                                          const tasks::Catalogue& catalogue,
                                          const policy::Sampler* sampler) {
  const auto frame = frame_of(config);
  std::vector<adapt::TaskPrompt> prompts;
  for (const auto& id : tasks_of(config, catalogue)) {
    auto prompt = frame.prompt(catalogue.find(id),
                               config.tasks.size,
                               config.evaluate.dialect,
                               config.tasks.reference,
                               config.evaluate.precision);
    auto tokens = sampler == nullptr ? std::vector<int>{}
                                     : sampler->encode_prompt(prompt.system, prompt.user);
    prompts.push_back({id, std::move(prompt), std::move(tokens)});
  }
  return prompts;
}

std::unique_ptr<evaluate::Evaluator> judge_of(const PartsRequest& request,
                                              const tasks::Catalogue& catalogue) {
  evaluate::EvaluatorOptions options;
  options.evaluate = request.config.evaluate;
  if (request.threads > 0 && options.evaluate.threads == 0)
    options.evaluate.threads = request.threads;
  options.size = request.config.tasks.size;
  options.reference = request.config.tasks.reference;
  options.secret_seed = request.secret_seed;
  options.kernel_folder = request.kernel_folder;
  return evaluate::make_evaluator(options, catalogue);
}

std::unique_ptr<evaluate::Evaluator> once_if_asked(std::unique_ptr<evaluate::Evaluator> judge,
                                                   const config::ExperimentConfig& config) {
  if (config.evaluate.duplicates == "judge") return judge;
  return evaluate::judge_equal_code_once(std::move(judge));
}

std::shared_ptr<tasks::Catalogue> catalogue_of(const config::ExperimentConfig& config) {
  return std::make_shared<tasks::Catalogue>(tasks::Catalogue::load(config.tasks.folders));
}

// Everything but the judge. `load` gives the policy at theta_0.
Parts parts_around(const PartsRequest& request,
                   const std::shared_ptr<tasks::Catalogue>& catalogue,
                   const std::function<std::shared_ptr<policy::LocalPolicy>()>& load) {
  Parts parts;
  parts.owner = catalogue;
  if (request.only_evaluator) return parts;
  tasks_of(request.config, *catalogue);  // refuses what it must before weights are loaded
  parts.trained_on = tasks_behind_init(request.config);
  const auto policy = load();
  parts.tasks = prompts_of(request.config, *catalogue, policy.get());
  parts.learner = learn::make_learner(policy);
  parts.sampler = policy;
  return parts;
}

std::uint64_t seed_of(const PartsRequest& request) {
  return static_cast<std::uint64_t>(request.config.seed);
}

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
  void draw_inputs_anew() override { judge_->draw_inputs_anew(); }

 private:
  std::shared_ptr<evaluate::Evaluator> judge_;
};

// What was made last, and what it was made for. Others are let go first: two may not fit together.
class Workshop {
 public:
  Parts make(const PartsRequest& request) {
    if (request.threads > 0) at::set_num_threads(request.threads);
    const auto catalogue = catalogue_of(request.config);
    Parts parts = parts_around(request, catalogue, [&] { return policy_for(request); });
    if (!request.without_evaluator) {
      parts.evaluator = once_if_asked(
          std::make_unique<SharedEvaluator>(judge_for(request, catalogue), request.kernel_folder),
          request.config);
      share_device(request.config, parts.sampler.get(), *judge_);
    }
    return parts;
  }

 private:
  std::shared_ptr<policy::LocalPolicy> policy_for(const PartsRequest& request) {
    const std::string key = policy_key(request.config);
    if (policy_ && key == policy_key_) {
      policy::start_over(*policy_, request.config.policy, seed_of(request));
      return policy_;
    }
    policy_.reset();
    policy_ = policy::load_local(request.config.policy, seed_of(request));
    policy_key_ = key;
    return policy_;
  }

  std::shared_ptr<evaluate::Evaluator> judge_for(
      const PartsRequest& request, const std::shared_ptr<tasks::Catalogue>& catalogue) {
    const std::string key = judge_key(request.config) + std::to_string(request.threads) + "/" +
                            std::to_string(request.secret_seed);
    if (judge_ && key == judge_key_) return judge_;
    judge_.reset();
    catalogue_ = catalogue;
    judge_ = judge_of(request, *catalogue);
    judge_key_ = key;
    return judge_;
  }

  std::shared_ptr<policy::LocalPolicy> policy_;
  std::shared_ptr<tasks::Catalogue> catalogue_;  // what the judge points into
  std::shared_ptr<evaluate::Evaluator> judge_;
  std::string policy_key_, judge_key_;
};

}  // namespace

Parts assemble(const PartsRequest& request) {
  if (request.threads > 0) at::set_num_threads(request.threads);
  const auto catalogue = catalogue_of(request.config);
  Parts parts = parts_around(request, catalogue, [&]() -> std::shared_ptr<policy::LocalPolicy> {
    return policy::load_local(request.config.policy, seed_of(request));
  });
  if (!request.without_evaluator) {
    parts.evaluator = once_if_asked(judge_of(request, *catalogue), request.config);
    share_device(request.config, parts.sampler.get(), *parts.evaluator);
  }
  return parts;
}

PartsFactory shared_parts() {
  const auto workshop = std::make_shared<Workshop>();
  return [workshop](const PartsRequest& request) { return workshop->make(request); };
}

int check_parts(const config::ExperimentConfig& config) {
  const auto catalogue = tasks::Catalogue::load(config.tasks.folders);
  const auto prompts = prompts_of(config, catalogue, nullptr);
  // A reference that does not compile would only be found when the first samples are judged.
  for (const auto& prompt : prompts)
    tasks::Reference(catalogue.find(prompt.task_id), config.tasks.reference);
  policy::find_model_folder(config.policy.folder);
  evaluate::protocol(config.evaluate.protocol);
  return static_cast<int>(prompts.size());
}

void check_compiler(const config::ExperimentConfig& config) {
  if (config.evaluate.dialect == "cpp")
    evaluate::HostCompiler({config.evaluate.compile_timeout_s, config.evaluate.cache, ""});
}

}  // namespace vegttt::experiment

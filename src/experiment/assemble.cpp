#include "vegttt/experiment/assemble.h"

#include <ATen/Parallel.h>

#include "vegttt/core/error.h"
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
#include "workshop.h"

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

}  // namespace

Parts assemble(const PartsRequest& request) {
  if (request.threads > 0) at::set_num_threads(request.threads);
  const auto catalogue = catalogue_of(request.config);
  std::shared_ptr<policy::LocalPolicy> policy;
  Parts parts = parts_around(request, catalogue, [&] {
    return policy = policy::load_local(request.config.policy, seed_of(request));
  });
  if (!request.without_evaluator) {
    parts.evaluator = once_if_asked(judge_of(request, *catalogue), request.config);
    share_device(request.config, policy.get(), *parts.evaluator);
  }
  return parts;
}

PartsFactory shared_parts() {
  const auto workshop = std::make_shared<Workshop>(
      Makers{[](const PartsRequest& request) -> std::shared_ptr<policy::LocalPolicy> {
               return policy::load_local(request.config.policy, seed_of(request));
             },
             judge_of,
             share_device});
  return [workshop](const PartsRequest& request) {
    if (request.threads > 0) at::set_num_threads(request.threads);
    const auto catalogue = catalogue_of(request.config);
    Parts parts = parts_around(request, catalogue, [&] { return workshop->policy_for(request); });
    if (!request.without_evaluator)
      parts.evaluator = once_if_asked(workshop->judge_for(request, catalogue), request.config);
    return parts;
  };
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

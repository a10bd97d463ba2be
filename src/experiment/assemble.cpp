#include "vegttt/experiment/assemble.h"

#include <ATen/Parallel.h>

#include "vegttt/core/error.h"
#include "vegttt/evaluate/runner.h"
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
  options.kernel_folder = request.kernel_folder;
  return evaluate::make_evaluator(options, catalogue);
}

}  // namespace

Parts assemble(const PartsRequest& request) {
  if (request.threads > 0) at::set_num_threads(request.threads);
  const auto& config = request.config;
  const auto catalogue =
      std::make_shared<tasks::Catalogue>(tasks::Catalogue::load(config.tasks.folders));
  Parts parts;
  parts.owner = catalogue;
  tasks_of(config, *catalogue);  // refuses what it must before weights are loaded
  parts.trained_on = tasks_behind_init(config);
  std::shared_ptr<policy::LocalPolicy> policy =
      policy::load_local(config.policy, static_cast<std::uint64_t>(config.seed));
  parts.tasks = prompts_of(config, *catalogue, policy.get());
  parts.learner = learn::make_learner(policy);
  parts.sampler = policy;
  if (!request.without_evaluator) parts.evaluator = judge_of(request, *catalogue);
  return parts;
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

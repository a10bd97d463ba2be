#include "vegttt/experiment/device_memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "vegttt/experiment/plan.h"
#include "vegttt/policy/device.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/policy/memory_plan.h"

namespace vegttt::experiment {
namespace {

double gib(double bytes) { return bytes / (1 << 30); }

bool on_one_device(const config::ExperimentConfig& config, at::Device device) {
  return device.is_cuda() && config.evaluate.dialect == "cuda" &&
         std::max<int>(0, device.index()) == config.evaluate.device;
}

void plan_policy(const config::ExperimentConfig& config, int tasks, DeviceMemory& memory) {
  const policy::ModelConfig model =
      policy::read_model_config(policy::find_model_folder(config.policy.folder));
  // Prompts whose completions decode at the same time; a long one for a task.
  const std::int64_t prompts = std::min<std::int64_t>(
      tasks, config.sampling.slots / std::max(1, config.sampling.samples_per_task) + 2);
  const policy::MemoryPlan plan =
      policy::plan_memory(model, config.policy.lora, config.sampling, {prompts, 2048});
  memory.sampling = plan.sampling();
  memory.resting = plan.resting();
  memory.text = fmt::format(
      "policy {:.1f} GiB while it samples: weights {:.1f}, keys and values {:.1f}, the rest {:.1f}",
      gib(static_cast<double>(plan.sampling())),
      gib(static_cast<double>(plan.weights)),
      gib(static_cast<double>(plan.completions + plan.prompts)),
      gib(static_cast<double>(plan.adapter + plan.working + plan.fixed)));
}

void plan_judge(const config::ExperimentConfig& config,
                const tasks::Catalogue& catalogue,
                const std::vector<std::string>& tasks,
                DeviceMemory& memory) {
  for (const std::string& id : tasks) {
    const std::uint64_t bytes = evaluate::device_bytes(catalogue.find(id), config.tasks.size);
    if (bytes <= memory.judging) continue;
    memory.judging = bytes;
    memory.largest_task = id;
  }
  memory.text += fmt::format("{}judge {:.1f} GiB at most, at {}",
                             memory.text.empty() ? "" : "; ",
                             gib(static_cast<double>(memory.judging)),
                             memory.largest_task);
}

void say_whether_they_fit(DeviceMemory& memory) {
  const double free = static_cast<double>(memory.available),
               judging = static_cast<double>(memory.judging);
  memory.text += fmt::format("; {:.1f} GiB are free", gib(free));
  if (static_cast<double>(memory.sampling) > free || judging > free)
    memory.text +=
        ": NOT ENOUGH for one of them alone; fewer sampling.slots or sampling."
        "max_new_tokens, a smaller tasks.size, or another device";
  else if (static_cast<double>(memory.sampling) + judging <= free)
    memory.text += ": both fit";
  else if (static_cast<double>(memory.resting) + judging <= free)
    memory.text += ": caches of decoding make room while kernels are judged";
  else
    memory.text += ": weights go to the host while kernels are judged";
}

}  // namespace

core::Json DeviceMemory::to_json() const {
  return {{"policy_sampling_bytes", sampling},
          {"policy_resting_bytes", resting},
          {"judge_bytes", judging},
          {"judge_largest_task", largest_task},
          {"one_device", shared},
          {"available_bytes", available}};
}

DeviceMemory device_memory_of(const config::ExperimentConfig& config) {
  DeviceMemory memory;
  const at::Device device = policy::device_of(config.policy);
  const auto catalogue = tasks::Catalogue::load(config.tasks.folders);
  const std::vector<std::string> tasks = tasks_of(config, catalogue);
  if (device.is_cuda()) plan_policy(config, static_cast<int>(tasks.size()), memory);
  if (config.evaluate.dialect == "cuda") plan_judge(config, catalogue, tasks, memory);
  memory.shared = on_one_device(config, device);
  if (device.is_cuda()) memory.available = policy::available_memory(device);
  if (memory.shared) say_whether_they_fit(memory);
  return memory;
}

void share_device(const config::ExperimentConfig& config,
                  policy::LocalPolicy* policy,
                  evaluate::Evaluator& judge) {
  judge.when_short({});  // an earlier policy, an earlier judge may be gone
  if (policy == nullptr) return;
  policy->when_short({});
  if (!on_one_device(config, policy->model()->device())) return;
  judge.when_short([policy](std::uint64_t bytes) { policy->make_room(bytes); });
  policy->when_short([&judge](std::uint64_t bytes) { judge.make_room(bytes); });
}

}  // namespace vegttt::experiment

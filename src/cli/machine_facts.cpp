#include "machine_facts.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <sched.h>
#include <torch/headeronly/version.h>

#include "vegttt/core/error.h"
#include "vegttt/core/process.h"
#include "vegttt/core/text.h"

namespace vegttt::cli {

std::string torch_facts() {
  return std::string(TORCH_VERSION) + ", " + std::to_string(at::get_num_threads()) + " threads, " +
         at::get_cpu_capability();
}

std::string gpu_facts() {
  try {
    core::ProcessOptions options;
    options.argv = {
        "nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"};
    options.timeout_s = 20;
    const auto result = core::run_process(options);
    if (result.exit_code != 0) return "";
    return core::replace_all(std::string(core::trim(result.out)), "\n", "; ");
  } catch (const core::MachineError&) {
    return "";  // no driver tools: no GPU that could be used
  }
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace vegttt::cli

// vegttt doctor: what this machine can do, line by line, with the remedy for what it cannot.
#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "machine_facts.h"
#include "subcommand.h"
#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/core/process.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::cli {
namespace {

enum class Health { kOk, kWarn, kFail };

struct Finding {
  Health health = Health::kOk;
  std::string what;
  std::string found;
  std::string remedy;
};

const char* name_of(Health health) {
  return health == Health::kOk ? "ok" : health == Health::kWarn ? "warn" : "fail";
}

Finding compiler() {
  try {
    core::ProcessOptions options;
    options.argv = {"g++", "--version"};
    options.timeout_s = 10;
    const auto result = core::run_process(options);
    if (result.exit_code == 0)
      return {Health::kOk, "compiler", std::string(core::lines_of(result.out).front()), ""};
  } catch (const core::MachineError&) {
  }
  return {Health::kFail, "compiler", "g++ cannot be started", "apt-get install g++"};
}

Finding cuda_compiler() {
  try {
    return {Health::kOk, "cuda compiler", evaluate::cuda_tool_chain(), ""};
  } catch (const core::MachineError& error) {
    return {Health::kWarn, "cuda compiler", error.what(), "dialect cpp needs none"};
  }
}

Finding gpu() {
  const auto found = gpu_facts();
  if (found.empty())
    return {Health::kWarn,
            "gpu",
            "none: dialect cuda compiles but cannot run",
            "dialect cpp needs none"};
  return {Health::kOk, "gpu", found, ""};
}

Finding cores() {
  const int n = usable_cores();
  if (n < 2)
    return {Health::kWarn,
            "cores",
            "1",
            "timing shares its core with everything else; use a machine with two or more"};
  return {Health::kOk, "cores", std::to_string(n), ""};
}

Finding load() {
  double average = 0;
  if (::getloadavg(&average, 1) != 1) return {Health::kWarn, "load", "unknown", ""};
  const std::string text = fmt::format("{:.1f}", average);
  if (average > 0.5 * usable_cores())
    return {Health::kWarn,
            "load",
            text + ": other work disturbs timing",
            "stop it, or read speedups with care"};
  return {Health::kOk, "load", text, ""};
}

Finding memory() {
  const double gib = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                     static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 30);
  const std::string text = fmt::format("{:.1f} GiB", gib);
  if (gib < 4) return {Health::kWarn, "memory", text, "the quickstart needs 4 GB"};
  return {Health::kOk, "memory", text, ""};
}

Finding disk() {
  struct statvfs status {};
  if (::statvfs(".", &status) != 0)
    return {Health::kFail, "disk", "the current folder cannot be examined", ""};
  const double gib =
      static_cast<double>(status.f_bavail) * static_cast<double>(status.f_frsize) / (1 << 30);
  const std::string text = fmt::format("{:.1f} GiB free in this folder", gib);
  if (::access(".", W_OK) != 0)
    return {Health::kWarn, "disk", text + ", not writable", "-o FOLDER puts runs elsewhere"};
  if (gib < 1) return {Health::kFail, "disk", text, "free some, or use -o FOLDER"};
  return {Health::kOk, "disk", text, ""};
}

std::vector<Finding> confinement() {
  const auto found = evaluate::probe_confinement();
  if (found.missing.empty())
    return {{Health::kOk, "confinement", "Landlock, seccomp, rlimits", ""}};
  std::vector<Finding> findings;
  for (const auto& line : found.missing)
    findings.push_back(
        {Health::kWarn,
         "confinement",
         line,
         "judge only kernels you trust here, or use the container recipe in scripts/"});
  return findings;
}

Finding starter() {
  try {
    return {Health::kOk, "policy", policy::find_model_folder("starter").string(), ""};
  } catch (const core::UserError& e) {
    return {Health::kWarn, "policy", e.what(), e.try_this()};
  }
}

class Doctor : public Subcommand {
 public:
  void add(CLI::App&) override {}

  core::ExitCode run(const CommonOptions& common) override {
    std::vector<Finding> findings = {compiler(),
                                     cuda_compiler(),
                                     gpu(),
                                     {Health::kOk, "torch", torch_facts(), ""},
                                     cores(),
                                     load(),
                                     memory(),
                                     disk(),
                                     starter()};
    for (auto& one : confinement()) findings.push_back(std::move(one));
    common.json ? print_json(findings) : print(findings);
    const bool fit = std::none_of(findings.begin(), findings.end(), [](const Finding& f) {
      return f.health == Health::kFail;
    });
    return fit ? core::ExitCode::kDone : core::ExitCode::kMachine;
  }

 private:
  static void print(const std::vector<Finding>& findings) {
    core::TextTable table({"", "", ""});
    for (const auto& f : findings) {
      table.add({name_of(f.health), f.what, f.found});
      if (f.health != Health::kOk && !f.remedy.empty()) table.add({"", "", "-> " + f.remedy});
    }
    std::cout << table.plain().substr(1);  // the header row is empty
  }

  static void print_json(const std::vector<Finding>& findings) {
    core::Json list = core::Json::array();
    for (const auto& f : findings)
      list.push_back({{"health", name_of(f.health)},
                      {"what", f.what},
                      {"found", f.found},
                      {"remedy", f.remedy}});
    std::cout << core::dump_json(list, 2) << "\n";
  }
};

}  // namespace

std::unique_ptr<Subcommand> make_doctor() { return std::make_unique<Doctor>(); }

}  // namespace vegttt::cli

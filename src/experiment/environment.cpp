#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

#include "vegttt/core/clock.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/experiment/program.h"
#include "vegttt/experiment/run.h"

namespace vegttt::experiment {
namespace {

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name"))
      return std::string(core::trim(line.substr(line.find(':') + 1)));
  }
  return "unknown";
}

int cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

core::Json describe_environment(int threads) {
  utsname system{};
  ::uname(&system);
  const double memory =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return {{"schema_version", records::kSchemaVersion},
          {"started", core::utc_timestamp()},
          {"commit", program().commit},
          {"dirty", program().dirty},
          {"cpu", cpu_model()},
          {"cores", cores()},
          {"threads", threads},
          {"memory_gib", memory / (1 << 30)},
          {"system", std::string(system.sysname) + " " + system.release},
          {"compiler_of_vegttt", __VERSION__},
          {"confinement_missing", evaluate::probe_confinement().missing}};
}

}  // namespace vegttt::experiment

#include "machine_text.h"

#include <fmt/format.h>
#include <sched.h>

namespace vegttt::scaffold {
namespace {

int usable_cores() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

const char* vector_unit() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return "AVX-512";
  if (__builtin_cpu_supports("avx2")) return "AVX2";
  return "SSE2";
#else
  return "its vector unit";
#endif
}

}  // namespace

std::string machine_text(const std::string& dialect) {
  if (dialect == "cuda") return "one NVIDIA data-centre GPU (Hopper)";
  return fmt::format("{} CPU cores with {}", usable_cores(), vector_unit());
}

}  // namespace vegttt::scaffold

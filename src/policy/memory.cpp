#include "memory.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <limits>

#include "vegttt/core/error.h"

namespace vegttt::policy {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

// A number in a file of one; `fallback` when it is not there or says "max".
std::int64_t number_in(const char* path, std::int64_t fallback) {
  std::ifstream file(path);
  std::int64_t value = 0;
  return file >> value ? value : fallback;
}

// MemAvailable, which counts the page cache as free.
std::int64_t free_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key, unit;
  for (std::int64_t kilobytes = 0; file >> key >> kilobytes;) {
    if (key == "MemAvailable:") return kilobytes * 1024;
    std::getline(file, unit);
  }
  return kUnlimited;
}

// Page cache within the group counts as used there, though it can be dropped.
std::int64_t group_memory() {
  const std::int64_t limit = number_in("/sys/fs/cgroup/memory.max", kUnlimited);
  if (limit == kUnlimited) return kUnlimited;
  std::ifstream file("/sys/fs/cgroup/memory.stat");
  std::string key;
  std::int64_t value = 0, used = 0;
  while (file >> key >> value) {
    if (key == "anon" || key == "kernel" || key == "shmem") used += value;
  }
  return std::max<std::int64_t>(0, limit - used);
}

std::string gibibytes(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
  return text;
}

}  // namespace

std::int64_t available_memory() { return std::min(free_memory(), group_memory()); }

void require_memory(std::int64_t needed,
                    std::int64_t available,
                    const std::string& what,
                    const std::string& where) {
  if (needed <= available) return;
  throw core::UserError(
      what + " needs " + gibibytes(needed) + " of memory, " + gibibytes(available) + " are free",
      where,
      "policy.dtype=bfloat16, a smaller model, or a machine with more memory");
}

}  // namespace vegttt::policy

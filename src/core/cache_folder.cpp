#include "vegttt/core/cache_folder.h"

#include <cstdlib>

#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

const char* set_variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

fs::path cache_folder() {
  if (const char* cache = set_variable("VEGTTT_CACHE")) return cache;
  if (const char* cache = set_variable("XDG_CACHE_HOME")) return fs::path(cache) / "vegttt";
  if (const char* home = set_variable("HOME")) return fs::path(home) / ".cache" / "vegttt";
  throw MachineError("no cache folder: set VEGTTT_CACHE or HOME");
}

}  // namespace vegttt::core

#include "driver.h"

#include <dlfcn.h>

namespace vegttt::evaluate::cuda {
namespace {

#define VEGTTT_TEXT_OF(x) #x
#define VEGTTT_TEXT(x) VEGTTT_TEXT_OF(x)

struct Loaded {
  Driver driver;
  std::string missing;
};

Loaded load() {
  Loaded loaded;
  void* library = ::dlopen("libcuda.so.1", RTLD_NOW);
  if (library == nullptr) {
    loaded.missing = "no NVIDIA driver (libcuda.so.1)";
    return loaded;
  }
#define VEGTTT_FIND(name, function)                                                            \
  loaded.driver.name =                                                                         \
      reinterpret_cast<decltype(loaded.driver.name)>(::dlsym(library, VEGTTT_TEXT(function))); \
  if (loaded.driver.name == nullptr && loaded.missing.empty())                                 \
    loaded.missing = "the NVIDIA driver is too old: it lacks " VEGTTT_TEXT(function);
  VEGTTT_DRIVER_FUNCTIONS(VEGTTT_FIND)
#undef VEGTTT_FIND
  if (!loaded.missing.empty()) return loaded;
  int count = 0;
  CUresult result = loaded.driver.init(0);
  if (result == CUDA_SUCCESS) result = loaded.driver.device_count(&count);
  if (result != CUDA_SUCCESS) {
    const char* name = nullptr;
    loaded.driver.error_name(result, &name);
    loaded.missing = std::string("the NVIDIA driver does not start: ") + (name ? name : "?");
  } else if (count == 0) {
    loaded.missing = "no NVIDIA GPU";
  }
  return loaded;
}

const Loaded& loaded() {
  static const Loaded one = load();
  return one;
}

}  // namespace

const std::string& driver_missing() { return loaded().missing; }
const Driver& driver() { return loaded().driver; }

std::string error_text(CUresult result) {
  const char *name = nullptr, *text = nullptr;
  driver().error_name(result, &name);
  driver().error_string(result, &text);
  return std::string(name ? name : "CUDA error") + ": " + (text ? text : std::to_string(result));
}

}  // namespace vegttt::evaluate::cuda

#include "link.h"

#include <dlfcn.h>

namespace vegttt::evaluate::nvrtc {
namespace {

constexpr int kPtx = 2;  // NVJITLINK_INPUT_PTX

template <class F>
bool find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(::dlsym(library, name));
  return function != nullptr;
}

}  // namespace

bool Linker::load(const char* path) {
  void* library = ::dlopen(path, RTLD_NOW);
  return library != nullptr && find(library, "nvJitLinkCreate", create_) &&
         find(library, "nvJitLinkAddData", add_) && find(library, "nvJitLinkComplete", complete_) &&
         find(library, "nvJitLinkGetErrorLogSize", log_size_) &&
         find(library, "nvJitLinkGetErrorLog", log_) &&
         find(library, "nvJitLinkGetLinkedCubinSize", cubin_size_) &&
         find(library, "nvJitLinkGetLinkedCubin", cubin_);
}

std::string Linker::log_of(Handle handle) const {
  std::size_t size = 0;
  if (log_size_(handle, &size) != 0 || size == 0) return "the assembler failed without a message";
  std::string log(size, '\0');
  log_(handle, log.data());
  return log.c_str();
}

// Nothing is freed: the process ends after one candidate.
core::Result<std::string> Linker::link(const std::string& ptx,
                                       const std::string& architecture) const {
  const std::string arch = "-arch=sm_" + architecture;
  const char* options[] = {arch.c_str()};
  Handle handle = nullptr;
  if (create_(&handle, 1, options) != 0) return core::Failure{"no assembler for " + arch};
  if (add_(handle, kPtx, ptx.c_str(), ptx.size() + 1, "candidate") != 0 || complete_(handle) != 0)
    return core::Failure{log_of(handle)};
  std::size_t size = 0;
  if (cubin_size_(handle, &size) != 0) return core::Failure{log_of(handle)};
  std::string cubin(size, '\0');
  if (cubin_(handle, cubin.data()) != 0) return core::Failure{log_of(handle)};
  return cubin;
}

}  // namespace vegttt::evaluate::nvrtc

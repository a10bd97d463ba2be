#include "module.h"

#include <utility>

namespace vegttt::evaluate::device {

using cuda::driver;

Module::Module(std::string_view cubin) {
  candidate_must(driver().module_load(&module_, cubin.data()), "loading the program");
}

Module::~Module() {
  if (module_ != nullptr) driver().module_unload(module_);
}

Module::Module(Module&& other) noexcept : module_(std::exchange(other.module_, nullptr)) {}

Module& Module::operator=(Module&& other) noexcept {
  std::swap(module_, other.module_);
  return *this;
}

CUfunction Module::function(const char* name) const {
  CUfunction function = nullptr;
  candidate_must(driver().module_function(&function, module_, name),
                 std::string("finding the kernel ") + name);
  return function;
}

CUdeviceptr Module::global(const char* name) const {
  CUdeviceptr address = 0;
  std::size_t bytes = 0;
  return driver().module_global(&address, &bytes, module_, name) == CUDA_SUCCESS ? address : 0;
}

}  // namespace vegttt::evaluate::device

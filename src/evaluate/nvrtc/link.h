// PTX to what the driver loads, by nvJitLink: ptxas as a library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "vegttt/core/result.h"

namespace vegttt::evaluate::nvrtc {

class Linker {
 public:
  // False when the library or a function of it is missing; dlerror() says which.
  bool load(const char* path);
  // `architecture` is "90a". A Failure is the library's log.
  core::Result<std::string> link(const std::string& ptx, const std::string& architecture) const;

 private:
  using Handle = void*;
  std::string log_of(Handle handle) const;

  int (*create_)(Handle*, std::uint32_t, const char**) = nullptr;
  int (*add_)(Handle, int, const void*, std::size_t, const char*) = nullptr;
  int (*complete_)(Handle) = nullptr;
  int (*log_size_)(Handle, std::size_t*) = nullptr;
  int (*log_)(Handle, char*) = nullptr;
  int (*cubin_size_)(Handle, std::size_t*) = nullptr;
  int (*cubin_)(Handle, void*) = nullptr;
};

}  // namespace vegttt::evaluate::nvrtc

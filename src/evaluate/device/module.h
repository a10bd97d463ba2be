#pragma once

#include <string>
#include <string_view>

#include "failure.h"

namespace vegttt::evaluate::device {

// A program in the context.
class Module {
 public:
  Module() = default;
  explicit Module(std::string_view cubin);  // the candidate's: candidate_must
  ~Module();
  Module(Module&& other) noexcept;
  Module& operator=(Module&& other) noexcept;

  CUfunction function(const char* name) const;
  CUdeviceptr global(const char* name) const;  // 0: not there

 private:
  CUmodule module_ = nullptr;
};

}  // namespace vegttt::evaluate::device

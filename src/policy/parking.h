// Weights that wait in host memory while others use their device.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "vegttt/policy/transformer.h"

namespace vegttt::policy {

class Parking {
 public:
  bool holds_any() const { return !places_.empty(); }
  // Every tensor keeps its shape and its place within a larger one, but must not be read until
  // `restore`. Returns the bytes that this gave free.
  std::int64_t park(Transformer& model);
  // As it was, though elsewhere on the device. Throws MachineError when there is no room, and may
  // be called again.
  void restore();
  std::int64_t bytes() const;

 private:
  struct Place {
    c10::Storage storage;
    at::Tensor host;
  };
  std::vector<Place> places_;
};

}  // namespace vegttt::policy

// AdamW over named float32 tensors. State is made on first use and goes into checkpoints.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>

#include "vegttt/config/experiment.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt::learn {

class AdamW {
 public:
  // One step from `parameter.grad()` of each; parameters without a gradient stay.
  void step(const std::map<std::string, at::Tensor>& parameters,
            const config::LearnOptions& options);
  void reset() { state_.clear(), steps_ = 0; }

  tensors::TensorMap state() const;  // "step", "exp_avg.NAME", "exp_avg_sq.NAME"
  // Throws UserError (where) when a tensor fits no parameter.
  void restore(const tensors::TensorMap& state,
               const std::map<std::string, at::Tensor>& parameters,
               const std::string& where);

 private:
  struct Moments {
    at::Tensor mean, square;
  };
  std::map<std::string, Moments> state_;
  std::int64_t steps_ = 0;
};

}  // namespace vegttt::learn

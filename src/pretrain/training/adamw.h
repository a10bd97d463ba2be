#pragma once

#include <ATen/ATen.h>

#include <vector>

namespace vegttt::pretrain {

// AdamW over all weights of a model (Loshchilov & Hutter 2019), decay on matrices only, gradients
// clipped by their global norm before the step. beta 0.9 / 0.95, epsilon 1e-8.
class AdamW {
 public:
  AdamW(const std::vector<at::Tensor>& parameters, double weight_decay);
  // Uses and clears the gradients; returns their norm before clipping.
  double step(double learning_rate, double max_grad_norm);

  // Moments and step counts, for checkpoints.
  std::vector<at::Tensor> state() const;

 private:
  struct Group {
    std::vector<at::Tensor> parameters, first, second, steps;
    double weight_decay = 0;
    void add(const at::Tensor& parameter);
  };
  Group matrices_, others_;
};

// Linear warm-up, then cosine from 1 to 0.05.
double schedule(std::int64_t step, std::int64_t steps, std::int64_t warmup);

}  // namespace vegttt::pretrain

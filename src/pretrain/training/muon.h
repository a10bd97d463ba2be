#pragma once

#include <ATen/ATen.h>

#include <vector>

namespace vegttt::pretrain {

// Muon (Jordan et al. 2024): momentum made orthogonal by five Newton-Schulz steps, for the matrices
// inside the layers. Small models learn from about half the tokens that AdamW needs. Left out:
// distributed orthogonalisation.
class Muon {
 public:
  explicit Muon(std::vector<at::Tensor> matrices);
  // Uses and clears the gradients.
  void step(double learning_rate, double weight_decay);
  // State for checkpoints, in the order of the matrices.
  const std::vector<at::Tensor>& state() const { return momentum_; }

 private:
  std::vector<at::Tensor> matrices_, momentum_;
};

// The nearest orthogonal matrix, roughly: singular values end between 0.7 and 1.2.
at::Tensor orthogonalised(const at::Tensor& matrix);

}  // namespace vegttt::pretrain

// Inputs drawn where they are needed.
#pragma once

#include <list>

#include "judge_math.h"

namespace vegttt::evaluate {

class DeviceValues : public tasks::ValueSource {
 public:
  DeviceValues(JudgeMath& math, int device) : math_(math), device_(device) {}
  // The next tensors of these shapes and dtypes are made in this memory, each once.
  void place(const std::vector<at::Tensor>& memory);

  at::Tensor empty(const std::vector<std::int64_t>& shape, at::ScalarType type) override;
  void heavy(at::Tensor& out, std::uint64_t key, const tasks::HeavyDraws& how) override;
  void uniform(at::Tensor& out, std::uint64_t key, float low, float high) override;
  void normal(at::Tensor& out, std::uint64_t philox_key) override;
  void bits(at::Tensor& out, std::uint64_t key) override;
  void below(at::Tensor& out, std::uint64_t key, std::int64_t n) override;
  void put(at::Tensor& out,
           const std::vector<std::int64_t>& places,
           const std::vector<float>& values) override;
  void probabilities(at::Tensor& rows, tasks::Rounding rounding, std::uint64_t key) override;

 private:
  JudgeMath& math_;
  int device_;
  std::list<at::Tensor> places_;
};

}  // namespace vegttt::evaluate

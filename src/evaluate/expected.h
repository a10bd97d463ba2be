// What a task's output must be for one input set. Needs LibTorch.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "vegttt/evaluate/verdict.h"
#include "vegttt/tasks/reference.h"

namespace vegttt::evaluate {

struct Tolerance {
  bool absolute = false;  // atol = rtol = 1e-4 instead of a contract
  double terms = 1;       // additions per output element
  tasks::Contract contract = tasks::Contract::kFp32;
};
// Without what only the truth tells: `typical`, `widening`.
tolerance::Rule rule_of(const Tolerance& tolerance);

// The three computations whose largest distance from the truth is P (verdict.h), for those who
// make the operands themselves: rounded, and twice moved by about half a unit.
struct Displacement {
  bool rounded = false;  // to `operands`
  std::uint64_t key = 0;
};
inline constexpr Displacement kDisplacements[] = {{true, 0}, {false, 0x51}, {false, 0xA7}};
// How operand number `input` is moved.
struct Move {
  std::uint64_t key;
  double size;
};
Move move_of(const Displacement& displacement, double half_unit, int input);

// Truth in float64 and its allowance. Throws UserError when the reference refuses the inputs.
Expected expect(const tasks::Task& task,
                const tasks::Reference& reference,
                const std::vector<at::Tensor>& inputs,
                const Tolerance& tolerance);

// "A 1024x8192, B 8192x1".
std::string shapes_text(const tasks::Task& task, const std::vector<at::Tensor>& inputs);

// Additions per output element, from the task's flops.
double terms_of(const tasks::Task& task, const std::string& size);

enum class Precision { kTf32, kFp16, kBf16 };
// Floating-point inputs rounded to nearest even at that precision, as float32.
std::vector<at::Tensor> rounded(const std::vector<at::Tensor>& inputs, Precision precision);

}  // namespace vegttt::evaluate

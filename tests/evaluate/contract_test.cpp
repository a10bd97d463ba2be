// The contracts fp32, tf32 and bf16 on a product of matrices whose operands are rounded on purpose.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>

#include "../../src/evaluate/expected.h"
#include "vegttt/core/error.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::evaluate {
namespace {

using tasks::Contract;
using Tensors = std::vector<at::Tensor>;

const tasks::Catalogue& catalogue() {
  static const tasks::Catalogue all = tasks::Catalogue::load();
  return all;
}

// As tensor cores do that are given float32 bits.
at::Tensor cut_off(const at::Tensor& x) {
  return at::bitwise_and(x.view(at::kInt), ~0x1FFF).view(at::kFloat);
}

Tensors each(const Tensors& inputs, const std::function<at::Tensor(const at::Tensor&)>& change) {
  Tensors changed;
  for (const at::Tensor& input : inputs) changed.push_back(change(input));
  return changed;
}

struct Judged {
  bool passed = false;
  double largest = 0;
};

// A float32 product of changed operands.
Judged judge(const char* id,
             Contract contract,
             const std::function<Tensors(const Tensors&)>& change) {
  const tasks::Task& task = catalogue().find(id);
  const tasks::Reference reference(task);
  Judged worst{true, 0};
  for (int set = 0; set < 2; ++set) {
    const Tensors inputs = tasks::make_inputs(task, "small", 5, set);
    const Expected expected =
        expect(task, reference, inputs, {false, terms_of(task, "small"), contract});
    const at::Tensor out = reference(change(inputs)).contiguous();
    const auto check = check_output(
        expected, {static_cast<const std::byte*>(out.const_data_ptr()), out.nbytes()}, set, 0);
    worst = {worst.passed && check.passed, std::max(worst.largest, check.largest_error)};
  }
  return worst;
}

Tensors as_is(const Tensors& inputs) { return inputs; }
Tensors to_tf32(const Tensors& inputs) { return rounded(inputs, Precision::kTf32); }
Tensors to_bf16(const Tensors& inputs) { return rounded(inputs, Precision::kBf16); }
Tensors to_fp16(const Tensors& inputs) { return rounded(inputs, Precision::kFp16); }
Tensors cut(const Tensors& inputs) { return each(inputs, cut_off); }

TEST(Contract, Fp32RefusesEveryRoundedOperand) {
  EXPECT_TRUE(judge("2", Contract::kFp32, as_is).passed);
  EXPECT_FALSE(judge("2", Contract::kFp32, to_tf32).passed);
  EXPECT_FALSE(judge("2", Contract::kFp32, to_bf16).passed);
  EXPECT_FALSE(judge("2", Contract::kFp32, to_fp16).passed);
}

TEST(Contract, Tf32TakesTf32AndNothingCoarser) {
  for (const char* id : {"2", "67"}) {
    EXPECT_TRUE(judge(id, Contract::kTf32, as_is).passed) << id;
    EXPECT_TRUE(judge(id, Contract::kTf32, to_tf32).passed) << id;
    const Judged truncated = judge(id, Contract::kTf32, cut);
    EXPECT_TRUE(truncated.passed) << id << ": " << truncated.largest;
    EXPECT_FALSE(judge(id, Contract::kTf32, to_bf16).passed) << id;
  }
}

TEST(Contract, Bf16TakesBf16AndNothingCoarser) {
  const auto to_fp8 = [](const Tensors& inputs) {
    return each(inputs, [](const at::Tensor& x) {
      return at::bitwise_and(x.view(at::kInt) + 0x80000, ~0xFFFFF).view(at::kFloat);
    });
  };
  for (const char* id : {"2", "67"}) {
    EXPECT_TRUE(judge(id, Contract::kBf16, to_tf32).passed) << id;
    EXPECT_TRUE(judge(id, Contract::kBf16, to_bf16).passed) << id;
    EXPECT_FALSE(judge(id, Contract::kBf16, to_fp8).passed) << id;
  }
}

TEST(Contract, IsWhatTheConfigSaysElseTheTask) {
  tasks::Task task = catalogue().find("1");
  EXPECT_EQ(task.contract_at("task"), Contract::kFp32);
  EXPECT_EQ(task.contract_at("bf16"), Contract::kBf16);
  task.contract = Contract::kTf32;
  EXPECT_EQ(task.contract_at("task"), Contract::kTf32);
  EXPECT_THROW(task.contract_at("fp16"), core::UserError);
}

TEST(Contract, WidensWhereTheReferenceNeedsMoreThanHalf) {
  EXPECT_EQ(widening_for(0.5), 1);
  EXPECT_DOUBLE_EQ(widening_for(0.75), 1.5);
  EXPECT_EQ(widening_for(100), kMostWidening);
  EXPECT_EQ(widening_for(INFINITY), 1) << "a reference that is not finite makes no room";
}

}  // namespace
}  // namespace vegttt::evaluate

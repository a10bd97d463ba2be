#include "vegttt/tasks/reference.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::tasks {
namespace {

using ::testing::HasSubstr;

const Catalogue& catalogue() {
  static const Catalogue loaded = Catalogue::load();
  return loaded;
}

// Task 25 (x * sigmoid(x)) with another reference.
Task with_reference(const std::string& text) {
  Task task = catalogue().find("25");
  task.file = "own.yaml";
  task.reference = text;
  return task;
}

std::string message_of(const std::string& reference, const std::vector<at::Tensor>& inputs = {}) {
  try {
    const Reference compiled(with_reference(reference));
    if (!inputs.empty()) compiled(inputs);
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Reference, OfEveryTaskGivesTheDeclaredOutputInBothPrecisions) {
  for (const Task& task : catalogue().all()) {
    const Reference reference(task);
    const auto inputs = make_inputs(task, "tiny", 1, 0);
    const TensorShape expected = task.output("tiny");
    const at::Tensor single = reference(inputs), exact = truth_of(reference, inputs);
    EXPECT_EQ(single.sizes().vec(), expected.sizes) << task.id;
    EXPECT_EQ(exact.sizes().vec(), expected.sizes) << task.id;
    const bool integer = expected.dtype == DType::kInt64;
    EXPECT_EQ(single.scalar_type(), integer ? at::kLong : at::kFloat) << task.id;
    EXPECT_EQ(exact.scalar_type(), integer ? at::kLong : at::kDouble) << task.id;
    EXPECT_TRUE(at::isfinite(single).all().item<bool>()) << task.id;
    EXPECT_FALSE(single.requires_grad()) << task.id;
  }
}

TEST(Reference, TakesTensorsOfAnySize) {
  const Reference reference(catalogue().find("4"));
  const at::Tensor a = at::randn({3, 11}), b = at::randn({11, 1});
  EXPECT_TRUE(at::equal(reference({a, b}), at::matmul(a, b)));
}

TEST(Reference, OfTask12AgreesWithTheOlderPublishedOne) {
  const Task& task = catalogue().find("12");
  const auto inputs = make_inputs(task, "tiny", 1, 0);
  EXPECT_TRUE(
      at::allclose(Reference(task)(inputs), Reference(task, "hf-2025")(inputs), 1e-6, 1e-6));
}

TEST(Reference, NamesFileAndLineOfAnUnknownOperator) {
  const std::string text =
      "def reference(x: Tensor) -> Tensor:\n    y = x + 1\n    return torch.swishh(y)\n";
  EXPECT_THAT(message_of(text), HasSubstr("own.yaml: reference: Unknown builtin op: aten::swishh"));
  EXPECT_THAT(message_of(text), HasSubstr("(line 3 of the reference)"));
  EXPECT_EQ(core::lines_of(message_of(text)).size(), 1u);
}

TEST(Reference, RefusesFunctionalSyntaxErrorsAndOtherSignatures) {
  EXPECT_THAT(
      message_of("def reference(x: Tensor) -> Tensor:\n    return torch.nn.functional.relu(x)\n"),
      HasSubstr("own.yaml: reference: "));
  EXPECT_THAT(message_of("def reference(x: Tensor) -> Tensor\n    return x\n"),
              HasSubstr("own.yaml: reference: "));
  EXPECT_THAT(message_of("def other(x: Tensor) -> Tensor:\n    return x\n"),
              HasSubstr("defines no function 'reference'"));
  EXPECT_THAT(message_of("def reference(y: Tensor) -> Tensor:\n    return y\n"),
              HasSubstr("its parameters are (y), the inputs are (x)"));
}

TEST(Reference, SaysWhatAnOperatorRefuses) {
  const std::string text = "def reference(x: Tensor) -> Tensor:\n    return torch.matmul(x, x)\n";
  const std::string message = message_of(text, {at::randn({2, 3})});
  EXPECT_THAT(message, HasSubstr("own.yaml: reference: "));
  EXPECT_THAT(message, HasSubstr("2x3"));
  EXPECT_EQ(core::lines_of(message).size(), 1u);
}

// What the judge relies on where it computes a truth in pieces or takes windows of a pool.
TEST(Reference, SlicesAreIndependentWhereTheTaskSaysSo) {
  for (const Task& task : catalogue().all()) {
    if (!task.chunk_axis) continue;
    const Reference reference(task);
    const auto inputs = make_inputs(task, "tiny", 1, 0);
    const auto truth_of_slices = [&](std::int64_t from, std::int64_t to) {
      std::vector<at::Tensor> part = inputs;
      for (std::size_t i = 0; i < inputs.size(); ++i)
        if (const auto axis = task.chunk_inputs.find(task.inputs[i].name);
            axis != task.chunk_inputs.end())
          part[i] = inputs[i].slice(axis->second, from, to).contiguous();
      return truth_of(reference, part);
    };
    const at::Tensor whole = truth_of(reference, inputs);
    const at::Tensor joined =
        at::cat({truth_of_slices(0, 1), truth_of_slices(1, whole.size(*task.chunk_axis))},
                *task.chunk_axis);
    EXPECT_TRUE(at::allclose(joined.to(at::kDouble), whole.to(at::kDouble), 1e-9, 1e-12))
        << task.id;
  }
}

}  // namespace
}  // namespace vegttt::tasks

// What must be refused is refused for every task; what is right, however plainly written, is
// accepted.
#include "vegttt/evaluate/lint.h"

#include <gtest/gtest.h>

#include "vegttt/tasks/catalogue.h"

namespace vegttt::evaluate {
namespace {

std::string told(const LintReport& report) {
  std::string text = report.task_id + ":";
  for (const LintFinding& f : report.wrong)
    if (f.accepted) text += " accepts " + f.answer;
  for (const LintFinding& f : report.right)
    if (!f.accepted) text += " refuses " + f.answer;
  return text;
}

TEST(Lint, EveryTaskRefusesCheapWrongAnswersAtTiny) {
  const tasks::Catalogue catalogue = tasks::Catalogue::load();
  ASSERT_EQ(catalogue.all().size(), 100u);
  for (const tasks::Task& task : catalogue.all()) {
    const LintReport report = lint_task(task, "tiny", 20);
    EXPECT_TRUE(report.passed()) << told(report);
    EXPECT_GE(report.wrong.size(), 6u) << task.id;
  }
}

// Every output depends on one sum over all elements, which float32 gets wrong by 1e-4.
TEST(Lint, TheReferenceInFloat32IsAcceptedWhateverItSumsUp) {
  const LintReport report = lint_task(tasks::Catalogue::load().find("L1/37"), "small", 1);
  EXPECT_TRUE(report.passed()) << told(report);
}

// A task of which nothing can be told: the lint itself can fail.
TEST(Lint, AConstantTaskIsFound) {
  const tasks::Task task = tasks::parse_task(R"(id: T/1
name: times zero
family: elementwise
sizes:
  tiny: {N: 40}
inputs:
  A: {shape: [N], dtype: float32}
output: {shape: [N], dtype: float32}
reference: |
  def reference(A: Tensor) -> Tensor:
      return A * 0
work: {flops: N, bytes: 8*N, min_flops: N, min_bytes: 8*N}
)",
                                             "constant.yaml");
  EXPECT_FALSE(lint_task(task, "tiny", 1).passed());
}

}  // namespace
}  // namespace vegttt::evaluate

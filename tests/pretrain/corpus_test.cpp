#include "vegttt/pretrain/corpus.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "vegttt/evaluate/evaluator.h"
#include "vegttt/pretrain/leak_filter.h"
#include "vegttt/scaffold/prompt.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::pretrain {
namespace {

constexpr std::uint64_t kSeed = 7;

tasks::Task under_another_id(tasks::Task task) {
  task.id = "corpus/0";
  task.file = task.id;
  return task;
}

}  // namespace

TEST(LeakFilter, RefusesEveryReservedTaskUnderAnotherId) {
  LeakFilter filter;
  const auto catalogue = tasks::Catalogue::load();
  for (const int id : tasks::reserved_ids()) {
    const auto task = under_another_id(catalogue.find("L1/" + std::to_string(id)));
    EXPECT_NE(filter.objection(task), "") << "L1/" << id;
  }
}

TEST(LeakFilter, RefusesTheSameFunctionWrittenInAnotherWay) {
  LeakFilter filter;
  const auto catalogue = tasks::Catalogue::load();
  auto softsign = under_another_id(catalogue.find("L1/30"));
  softsign.reference =
      "def reference(x: Tensor) -> Tensor:\n    return torch.reciprocal(torch.abs(x) + 1) * x\n";
  EXPECT_NE(filter.objection(softsign), "");
  auto product = under_another_id(catalogue.find("L1/4"));
  product.reference = "def reference(A: Tensor, B: Tensor) -> Tensor:\n    return torch.mm(A, B)\n";
  EXPECT_NE(filter.objection(product), "");
}

TEST(LeakFilter, LetsAnotherFunctionPass) {
  LeakFilter filter;
  const auto catalogue = tasks::Catalogue::load();
  auto scaled = under_another_id(catalogue.find("L1/4"));
  scaled.reference =
      "def reference(A: Tensor, B: Tensor) -> Tensor:\n    return torch.relu(torch.matmul(A, B) - "
      "1.0)\n";
  EXPECT_EQ(filter.objection(scaled), "");
}

TEST(Corpus, HoldsNoReferenceOfAReservedTask) {
  LeakFilter filter;
  const Corpus corpus(kSeed, filter);
  const auto catalogue = tasks::Catalogue::load();
  std::set<std::string> reserved;
  for (const int id : tasks::reserved_ids()) {
    const auto& task = catalogue.find("L1/" + std::to_string(id));
    reserved.insert(normalised_reference(task.reference));
    for (const auto& [name, text] : task.references) reserved.insert(normalised_reference(text));
  }
  for (const auto& family : Corpus::family_names()) {
    for (std::uint64_t i = 0; i < 30; ++i) {
      const Sample sample = corpus.sample(i, family);
      EXPECT_FALSE(reserved.count(normalised_reference(sample.task.reference)))
          << family << "\n"
          << sample.task.reference;
    }
  }
}

TEST(Corpus, IsAFunctionOfSeedAndIndex) {
  LeakFilter filter, another;
  const Corpus corpus(kSeed, filter), again(kSeed, another), other(kSeed + 1, another);
  EXPECT_EQ(text_of(corpus.sample(5)), text_of(again.sample(5)));
  EXPECT_NE(text_of(corpus.sample(5)), text_of(other.sample(5)));
}

TEST(Corpus, PromptsAreThoseOfTheCompactFrame) {
  LeakFilter filter;
  const Corpus corpus(kSeed, filter);
  const auto frame = scaffold::PromptFrame::load("compact");
  for (std::uint64_t i = 0; i < 40; ++i) {
    const Sample sample = corpus.sample(i);
    EXPECT_EQ(prompt_of(sample), frame.prompt(sample.task, "small", sample.dialect).user);
  }
}

// Two kernels of every family through the real judge.
TEST(Corpus, KernelsComputeTheirReference) {
  LeakFilter filter;
  const Corpus corpus(kSeed, filter, /*cuda_share=*/0);
  tasks::Catalogue catalogue = tasks::Catalogue::load();
  std::vector<Sample> samples;
  for (const auto& family : Corpus::family_names()) {
    for (std::uint64_t i = 0; i < 2; ++i) {
      samples.push_back(corpus.sample(i, family));
      samples.back().task.id = "corpus/" + family + "/" + std::to_string(i);
      // The judge's floor wants the least work; a generated task states none.
      samples.back().task.work = {
          {"flops", "0"}, {"bytes", "0"}, {"min_flops", "0"}, {"min_bytes", "0"}};
      catalogue.add(samples.back().task);
    }
  }
  evaluate::EvaluatorOptions options;
  options.size = "tiny";
  const auto judge = evaluate::make_evaluator(options, catalogue);
  for (const auto& sample : samples) {
    const auto verdict =
        judge->evaluate({sample.task.id, sample.code, ""}, evaluate::Until::kVerify);
    EXPECT_TRUE(!verdict.checks.empty() &&
                std::all_of(verdict.checks.begin(),
                            verdict.checks.end(),
                            [](const auto& check) { return check.passed; }))
        << sample.task.id << " " << sample.variant << ": " << records::name_of(verdict.status)
        << " " << verdict.message << "\n"
        << text_of(sample);
  }
}

}  // namespace vegttt::pretrain

// The dialect `cuda` from a completion to its verdict on a GPU; skipped without one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "../../src/evaluate/cuda/device_buffer.h"
#include "hostile_cases.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

using records::Evaluation;
using records::Status;
using ::testing::AnyOf;
using ::testing::Contains;

const tasks::Catalogue& catalogue() {
  static const tasks::Catalogue all = tasks::Catalogue::load();
  return all;
}

std::unique_ptr<Evaluator> judge(const std::string& size, const std::string& protocol = "strict") {
  EvaluatorOptions options;
  options.size = size;
  options.evaluate.dialect = "cuda";
  options.evaluate.protocol = protocol;
  options.evaluate.run_timeout_s = 1;
  options.evaluate.compile_timeout_s = 8;
  return make_evaluator(options, catalogue());
}

std::string line_of(const Evaluation& e) {
  std::string flags;
  for (const std::string& flag : e.flags) flags += " " + flag;
  return std::string(records::name_of(e.status)) + ": " + e.message +
         (flags.empty() ? "" : " [" + flags + " ]");
}

std::vector<Submission> examples() {
  std::vector<Submission> list;
  for (int i = 1; i <= 100; ++i) {
    char name[64];
    std::snprintf(name, sizeof name, "kernels/examples/cuda/%03d.cu", i);
    const core::fs::path file = core::fs::path(VEGTTT_SOURCE_DIR) / name;
    if (core::fs::exists(file))
      list.push_back({"L1/" + std::to_string(i), core::read_file(file), name});
  }
  EXPECT_EQ(list.size(), 100u) << "examples are read from " VEGTTT_SOURCE_DIR;
  return list;
}

void expect_all_correct(Evaluator& evaluator, const std::vector<Submission>& list) {
  evaluator.evaluate_all(list, [&](std::size_t i, const Evaluation& e) {
    std::printf("%s %s\n", list[i].tag.c_str(), line_of(e).c_str());
    EXPECT_THAT(e.status, AnyOf(Status::kSlow, Status::kFast)) << list[i].tag << "\n" << e.log;
  });
}

TEST(CudaJudge, EveryExampleIsCorrectAtOddSizes) {
  const auto one = judge("tiny");
  expect_all_correct(*one, examples());
}

TEST(CudaJudge, ExamplesAreCorrectAtSmallSizes) {
  std::vector<Submission> some;
  const std::vector<Submission> all = examples();
  for (std::size_t i = 0; i < all.size(); i += 6) some.push_back(all[i]);
  const auto one = judge("small");
  expect_all_correct(*one, some);
}

// Each gets one of the statuses that it states, none is rewarded, and honest candidates between
// them stay correct.
TEST(CudaJudge, HostileCandidatesGetTheStatusTheyState) {
  const auto one = judge("small");
  const std::vector<HostileCase> cases = hostile_cases("cuda");
  const Submission honest{
      "L1/19",
      core::read_file(core::fs::path(VEGTTT_SOURCE_DIR) / "kernels/examples/cuda/019.cu"),
      ""};
  std::vector<Submission> list;
  for (const HostileCase& hostile : cases) {
    list.push_back({hostile.task, "```cuda\n" + hostile.code + "```\n", hostile.name});
    if (list.size() % 10 == 0) list.push_back(honest);
  }
  int wrong = 0;
  one->evaluate_all(list, [&](std::size_t i, const Evaluation& e) {
    if (list[i].tag.empty()) {
      EXPECT_THAT(e.status, AnyOf(Status::kSlow, Status::kFast)) << "honest: " << e.message;
      return;
    }
    const auto hostile = std::find_if(
        cases.begin(), cases.end(), [&](const HostileCase& c) { return c.name == list[i].tag; });
    std::vector<std::string> expected = hostile->expected;
    if (std::find(expected.begin(), expected.end(), "correct") != expected.end())
      expected.insert(expected.end(), {"slow", "fast"});
    const bool right =
        std::find(expected.begin(), expected.end(), records::name_of(e.status)) != expected.end();
    wrong += right ? 0 : 1;
    std::printf("%s %s %s\n",
                right ? "ok  " : "BAD ",
                list[i].tag.c_str(),
                line_of(e).substr(0, 200).c_str());
    EXPECT_THAT(expected, Contains(records::name_of(e.status))) << list[i].tag << ": " << e.message;
  });
  std::printf("%zu hostile candidates, %d with another status than stated\n", cases.size(), wrong);
}

}  // namespace
}  // namespace vegttt::evaluate

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (!vegttt::evaluate::cuda::driver_missing().empty()) {
    std::printf("SKIPPED: %s\n", vegttt::evaluate::cuda::driver_missing().c_str());
    return 77;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return RUN_ALL_TESTS();
}

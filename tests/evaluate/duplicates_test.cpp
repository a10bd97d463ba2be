// Equal code judged once: who asks the judge, what a copy says, and what is never copied.
#include "vegttt/evaluate/duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vegttt::evaluate {
namespace {

using records::Evaluation;
using records::Status;

// Numbers its verdicts, in their message.
class CountingJudge : public Evaluator {
 public:
  Evaluation evaluate(const Submission& submission, Until) override {
    Evaluation evaluation;
    evaluation.task_id = submission.task_id;
    evaluation.status = fails_first-- > 0 ? Status::kUnscored : Status::kFast;
    evaluation.message = std::to_string(++judged);
    evaluation.stage_s["time"] = 1;
    return evaluation;
  }
  void evaluate_all(const std::vector<Submission>& submissions,
                    const std::function<void(std::size_t, const Evaluation&)>& done) override {
    for (std::size_t i = submissions.size(); i-- > 0;) done(i, evaluate(submissions[i], {}));
  }
  int judged = 0, fails_first = 0;
};

struct Judged {
  CountingJudge* judge = nullptr;
  std::unique_ptr<Evaluator> once;
  Judged() {
    auto counting = std::make_unique<CountingJudge>();
    judge = counting.get();
    once = judge_equal_code_once(std::move(counting));
  }
  std::vector<Evaluation> all(const std::vector<Submission>& submissions) const {
    std::vector<Evaluation> list(submissions.size());
    std::vector<int> times(submissions.size());
    once->evaluate_all(submissions, [&](std::size_t i, const Evaluation& evaluation) {
      list[i] = evaluation;
      ++times[i];
    });
    EXPECT_TRUE(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
    return list;
  }
};

bool copied(const Evaluation& evaluation) {
  return std::count(evaluation.flags.begin(), evaluation.flags.end(), "copied") == 1;
}

const std::string kCode = "```cuda\nvoid launch() {}\n```",
                  kOther = "```cuda\nvoid launch() { }\n```";
const std::vector<Submission> kThree = {
    {"L1/1", kCode, "a"}, {"L1/1", "Here it is:\n" + kCode, "b"}, {"L1/1", kOther, "c"}};

TEST(Duplicates, EqualCodeOfATaskIsJudgedOnce) {
  const Judged j;
  const auto list = j.all(kThree);
  EXPECT_EQ(j.judge->judged, 2);
  EXPECT_EQ(list[0].message, list[1].message);
  EXPECT_NE(list[0].message, list[2].message);
  EXPECT_FALSE(copied(list[0]));
  EXPECT_TRUE(copied(list[1]));
  EXPECT_TRUE(list[1].stage_s.empty()) << "seconds that nobody spent";
  EXPECT_FALSE(copied(list[2]));
}

TEST(Duplicates, AreKnownFromOneCallToTheNext) {
  const Judged j;
  j.all(kThree);
  EXPECT_TRUE(copied(j.all({{"L1/1", kOther, ""}})[0]));
  EXPECT_TRUE(copied(j.once->evaluate({"L1/1", kCode, ""})));
  EXPECT_EQ(j.judge->judged, 2);
}

TEST(Duplicates, AnotherTaskIsAnotherQuestion) {
  const Judged j;
  j.all({{"L1/1", kCode, ""}, {"L1/2", kCode, ""}});
  EXPECT_EQ(j.judge->judged, 2);
}

TEST(Duplicates, WhatCouldNotBeJudgedIsNotCopied) {
  const Judged j;
  j.judge->fails_first = 1;
  const auto list = j.all({{"L1/1", kCode, ""}, {"L1/1", kCode, ""}});
  EXPECT_EQ(list[0].status, Status::kUnscored);
  EXPECT_EQ(list[1].status, Status::kFast);
  EXPECT_FALSE(copied(list[1]));
}

TEST(Duplicates, OfOtherInputsNothingIsKnown) {
  const Judged j;
  j.all(kThree);
  j.once->draw_inputs_anew();
  EXPECT_FALSE(copied(j.all(kThree)[0]));
  EXPECT_EQ(j.judge->judged, 4);
}

TEST(Duplicates, WhatWasOnlyCompiledIsNoVerdict) {
  const Judged j;
  j.once->evaluate({"L1/1", kCode, ""}, Until::kCompile);
  EXPECT_FALSE(copied(j.once->evaluate({"L1/1", kCode, ""})));
}

}  // namespace
}  // namespace vegttt::evaluate

#include "../../src/evaluate/early_compile.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>

namespace vegttt::evaluate {
namespace {

records::Candidate candidate_of(const std::string& hash) {
  records::Candidate candidate;
  candidate.hash = hash;
  return candidate;
}

TEST(EarlyCompile, GivesWhatWasBegunAndNothingElse) {
  std::atomic<int> compiled = 0;
  EarlyCompile<std::string> early(3, [&](const records::Candidate& candidate) {
    ++compiled;
    return "object of " + candidate.hash;
  });
  for (const char* hash : {"a", "b", "a", "c", "a"}) early.begin(candidate_of(hash));
  EXPECT_EQ(early.take(candidate_of("a")), "object of a");
  EXPECT_EQ(early.take(candidate_of("c")), "object of c");
  EXPECT_EQ(early.take(candidate_of("a")), "object of a");
  EXPECT_EQ(early.take(candidate_of("d")), std::nullopt);
  EXPECT_EQ(early.take(candidate_of("b")), "object of b");
  EXPECT_EQ(compiled, 3) << "equal sources are compiled once";
}

TEST(EarlyCompile, BeginsBeforeAnybodyAsks) {
  std::promise<void> began;
  EarlyCompile<int> early(1, [&](const records::Candidate&) {
    began.set_value();
    return 1;
  });
  early.begin(candidate_of("a"));
  EXPECT_EQ(began.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(EarlyCompile, PassesOnWhatTheCompilerThrew) {
  EarlyCompile<int> early(
      1, [](const records::Candidate&) -> int { throw std::runtime_error("no compiler"); });
  early.begin(candidate_of("a"));
  EXPECT_THROW(early.take(candidate_of("a")), std::runtime_error);
}

TEST(EarlyCompile, ForgettingDropsWhatWaitsAndEndsWithNothingRunning) {
  std::promise<void> began, go_on;
  std::shared_future<void> may_go_on = go_on.get_future().share();
  std::atomic<int> begun = 0, ended = 0;
  EarlyCompile<int> early(1, [&](const records::Candidate&) {
    if (++begun == 1) began.set_value();
    may_go_on.wait();
    ++ended;
    return 1;
  });
  early.begin(candidate_of("a"));
  early.begin(candidate_of("b"));
  began.get_future().wait();
  std::future<void> forgetting = std::async(std::launch::async, [&] { early.forget(); });
  EXPECT_EQ(forgetting.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout)
      << "it waits for what runs";
  go_on.set_value();
  forgetting.get();
  EXPECT_EQ(begun, 1) << "what waited was not begun";
  EXPECT_EQ(ended, 1);
  EXPECT_EQ(early.take(candidate_of("b")), std::nullopt);
}

}  // namespace
}  // namespace vegttt::evaluate

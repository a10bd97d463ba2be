#include "../../src/evaluate/compile_ahead.h"

#include <gmock/gmock.h>

#include <atomic>

namespace vegttt::evaluate {
namespace {

records::Candidate candidate(const std::string& hash) {
  records::Candidate result;
  result.hash = hash;
  return result;
}

std::vector<const records::Candidate*> pointers(const std::vector<records::Candidate>& list) {
  std::vector<const records::Candidate*> result;
  for (const records::Candidate& c : list) result.push_back(&c);
  return result;
}

TEST(CompileAhead, CompilesEqualSourcesOnceAndForgetsThem) {
  std::vector<records::Candidate> list;
  for (int i = 0; i < 60; ++i) list.push_back(candidate(std::to_string(i % 7)));
  std::atomic<int> compiled = 0;
  CompileAhead ahead(pointers(list), 3, [&](const records::Candidate& c) {
    ++compiled;
    DeviceCompileResult result;
    result.log = c.hash;
    return result;
  });
  std::weak_ptr<const DeviceCompileResult> first;
  for (const records::Candidate& c : list) {
    const auto result = ahead.take(c);
    EXPECT_EQ(result->log, c.hash);
    if (first.expired() && c.hash == "0") first = result;
  }
  EXPECT_EQ(compiled, 7);
  EXPECT_TRUE(first.expired());
}

TEST(CompileAhead, StaysAtMostItsLeadAhead) {
  std::vector<records::Candidate> list;
  for (std::size_t i = 0; i < CompileAhead::kLead + 50; ++i)
    list.push_back(candidate(std::to_string(i)));
  std::atomic<std::size_t> compiled = 0, taken = 0;
  std::atomic<bool> too_far = false;
  CompileAhead ahead(pointers(list), 4, [&](const records::Candidate&) {
    if (++compiled > taken + CompileAhead::kLead + 1) too_far = true;
    return DeviceCompileResult{};
  });
  for (const records::Candidate& c : list) {
    ahead.take(c);
    ++taken;
  }
  EXPECT_FALSE(too_far);
  EXPECT_EQ(compiled, list.size());
}

TEST(CompileAhead, ThrowsWhatCompilingThrew) {
  const std::vector<records::Candidate> list = {candidate("a"), candidate("b")};
  CompileAhead ahead(
      pointers(list), 2, [](const records::Candidate&) -> DeviceCompileResult { throw 7; });
  EXPECT_THROW(ahead.take(list[0]), int);
}

TEST(CompileAhead, EndsWhenNobodyTakesTheRest) {
  std::vector<records::Candidate> list;
  for (int i = 0; i < 2000; ++i) list.push_back(candidate(std::to_string(i)));
  CompileAhead ahead(pointers(list), 2, [](const auto&) { return DeviceCompileResult{}; });
  ahead.take(list[0]);
}

}  // namespace
}  // namespace vegttt::evaluate

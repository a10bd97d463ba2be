#include <gtest/gtest.h>

#include <algorithm>

#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::tasks {
namespace {

TEST(Split, EqualsPythonsForSeeds42To44) {
  const std::string path = VEGTTT_SOURCE_DIR "/tests/tasks/data/splits.json";
  const core::Json golden = core::parse_json(core::read_file(path), path);
  ASSERT_EQ(golden["eval"].size(), 3u);
  for (const auto& [seed, ids] : golden["eval"].items()) {
    EXPECT_EQ(make_split(std::stoll(seed)).eval, ids.get<std::vector<int>>()) << seed;
  }
}

// From CPython 3.11: sorted(shuffled(range(1, 11), seed)[8:]) for seeds with more than 32 bits and
// below zero.
TEST(Split, EqualsPythonsForLargeAndNegativeSeeds) {
  EXPECT_EQ(make_split(123456789012345, 10).eval, (std::vector<int>{4, 5}));
  EXPECT_EQ(make_split(-7, 10).eval, (std::vector<int>{3, 6}));
  EXPECT_EQ(make_split(0, 10).eval, (std::vector<int>{7, 10}));
}

TEST(Split, PutsEveryIdOnExactlyOneSide) {
  const Split split = make_split(42);
  EXPECT_EQ(split.train.size(), 80u);
  EXPECT_EQ(split.eval.size(), 20u);
  for (int id = 1; id <= 100; ++id) {
    EXPECT_EQ(std::count(split.train.begin(), split.train.end(), id) +
                  std::count(split.eval.begin(), split.eval.end(), id),
              1)
        << id;
  }
}

TEST(Split, Reserves49Ids) {
  const std::vector<int> reserved = reserved_ids();
  EXPECT_EQ(reserved.size(), 49u);
  for (const std::int64_t seed : {42, 43, 44}) {
    for (const int id : make_split(seed).eval)
      EXPECT_TRUE(std::binary_search(reserved.begin(), reserved.end(), id)) << id;
  }
}

}  // namespace
}  // namespace vegttt::tasks

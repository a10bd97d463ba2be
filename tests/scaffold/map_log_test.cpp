#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks_for_tests.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::scaffold {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

records::Candidate some_candidate() {
  return dialect("cpp")
      .assemble(
          matvec_task(), "tiny", "void launch(int a, int b, int c, int d, int e) {\n  x;\n}\n")
      .value();
}

TEST(MapLog, KeepsPositionsThatAreTheModels) {
  EXPECT_EQ(map_log("candidate:12:5: error: 'x' was not declared\n", some_candidate()),
            "candidate:12:5: error: 'x' was not declared\n");
}

TEST(MapLog, WritesNvrtcPositionsTheSameWay) {
  EXPECT_EQ(map_log("candidate(2): error: identifier \"x\" is undefined", some_candidate()),
            "candidate:2: error: identifier \"x\" is undefined\n");
}

TEST(MapLog, MapsPositionsInTheWholeTranslationUnit) {
  const auto candidate = some_candidate();
  int line = 0;
  for (std::size_t i = 0; i < candidate.line_map.size(); ++i)
    if (candidate.line_map[i] == 2) line = static_cast<int>(i) + 1;
  EXPECT_EQ(map_log("candidate.cpp:" + std::to_string(line) + ":3: error: no", candidate),
            "candidate:2:3: error: no\n");
  EXPECT_EQ(map_log("candidate.cpp:1:3: error: no", candidate), "frame:1:3: error: no\n");
}

TEST(MapLog, RemovesPathsOfTheHostButNoDivisions) {
  const std::string log = map_log(
      "In file included from /usr/include/c++/12/vector:64,\n"
      "                 from /home/me/x.h:1:\n  a = b / c + d/e; // f\n",
      some_candidate());
  EXPECT_EQ(
      log,
      "In file included from vector:64,\n                 from x.h:1:\n  a = b / c + d/e; // f\n");
}

TEST(MapLog, IsCappedAndValidUtf8) {
  std::string log;
  for (int i = 0; i < 5000; ++i) log += "candidate:1:1: error: again and again\n";
  const std::string mapped = map_log("\xff\n" + log, some_candidate());
  EXPECT_LT(mapped.size(), 9000u);
  EXPECT_THAT(mapped, HasSubstr("more lines"));
  EXPECT_THAT(mapped, Not(HasSubstr("\xff")));
}

}  // namespace
}  // namespace vegttt::scaffold

#include <gtest/gtest.h>

#include "vegttt/scaffold/dialect.h"

namespace vegttt::scaffold {
namespace {

TEST(ExtractCode, TakesTheLastBlockThatHoldsLaunch) {
  EXPECT_EQ(extract_code("First try:\n```cpp\nvoid launch(int) {}\n```\nBetter:\n```cpp\nvoid "
                         "launch(float) {}\n```\n"
                         "Run it with\n```sh\nmake\n```\n"),
            "void launch(float) {}\n");
}

TEST(ExtractCode, FallsBackToTheFirstBlock) {
  EXPECT_EQ(extract_code("a\n```\nint x;\n```\n```\nint y;\n```\n"), "int x;\n");
}

TEST(ExtractCode, AcceptsPlainCodeOnlyIfItHoldsLaunch) {
  EXPECT_EQ(extract_code("void launch() {}"), "void launch() {}");
  EXPECT_EQ(extract_code("I am sorry."), "");
  EXPECT_EQ(extract_code(""), "");
}

TEST(ExtractCode, KeepsABlockThatTheLengthLimitCutOff) {
  EXPECT_EQ(extract_code("```cpp\nvoid launch() {\n  int x"), "void launch() {\n  int x\n");
}

TEST(ExtractCode, StraightensCurlyQuotes) {
  EXPECT_EQ(extract_code("void launch() { char c = \u2018x\u2019; f(\u201Ca\u201D); }"),
            "void launch() { char c = 'x'; f(\"a\"); }");
}

TEST(ExtractCode, ReadsIndentedFences) {
  EXPECT_EQ(extract_code("  ```cpp\n  void launch();\n  ```\n"), "  void launch();\n");
}

}  // namespace
}  // namespace vegttt::scaffold

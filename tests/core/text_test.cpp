#include "vegttt/core/text.h"

#include <gtest/gtest.h>

namespace vegttt::core {
namespace {

TEST(ValidUtf8, ReplacesEachByteThatCannotBelongToText) {
  EXPECT_EQ(valid_utf8("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"),
            "plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(valid_utf8("a\xFFz"), "a" + r + "z");
  EXPECT_EQ(valid_utf8("\xC0\x80"), r + r);          // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), r + r + r);  // surrogate
  EXPECT_EQ(valid_utf8("\xE2\x82"), r + r);          // cut off
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), r + r + r + r);
}

TEST(Lines, EndWithOrWithoutACarriageReturn) {
  EXPECT_EQ(lines_of("a\r\nb\n"), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(lines_of("a\n\nb"), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_TRUE(lines_of("").empty());
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> known = {"group_size", "learning_rate", "seed", "steps"};
  EXPECT_EQ(nearest("group_sise", known), "group_size");
  EXPECT_EQ(nearest("lerning_rate", known), "learning_rate");
  EXPECT_EQ(nearest("sede", known), "seed");
  EXPECT_EQ(nearest("banana", known), "");
  EXPECT_EQ(did_you_mean("group_sise", known), " - did you mean 'group_size'?");
  EXPECT_EQ(did_you_mean("banana", known), "");
}

TEST(TextTable, AlignsItsColumns) {
  TextTable table({"step", "fast_1"}, {true, true});
  table.add({"0", "37.5 %"});
  table.add({"10", "40 %"});
  EXPECT_EQ(table.plain(),
            "step  fast_1\n"
            "   0  37.5 %\n"
            "  10    40 %\n");
}

TEST(TextTable, EscapesBarsInMarkdown) {
  TextTable table({"task", "n"}, {false, true});
  table.add({"a|b", "1"});
  EXPECT_EQ(table.markdown(),
            "| task | n |\n"
            "|---|---:|\n"
            "| a\\|b | 1 |\n");
}

TEST(Text, SplitsJoinsTrimsAndReplaces) {
  EXPECT_EQ(split("a,,b", ',').size(), 3u);
  EXPECT_EQ(join({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(trim(" \t x y \n"), "x y");
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
}

}  // namespace
}  // namespace vegttt::core

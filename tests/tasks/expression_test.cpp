#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vegttt/core/error.h"
#include "vegttt/tasks/task.h"

namespace vegttt::tasks {
namespace {

using ::testing::HasSubstr;

const Dimensions kDims = {{{"N", 7}, {"KH", 3}, {"min_", 2}}, {{"s", 3.14}}};

std::int64_t value(const std::string& expression) {
  return evaluate_expression(expression, kDims, "here");
}

std::string message(const std::string& expression) {
  try {
    value(expression);
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Expression, FollowsPrecedenceAndParentheses) {
  EXPECT_EQ(value("2*N*N - 3*(N + 1)"), 74);
  EXPECT_EQ(value(" ( N ) "), 7);
  EXPECT_EQ(value("-N + 10"), 3);
  EXPECT_EQ(value("10 - 3 - 2"), 5);
  EXPECT_EQ(value("N*(N + 1)*(N + 2)//3"), 168);
}

TEST(Expression, RoundsDivisionDownAsPythonDoes) {
  EXPECT_EQ(value("7//2"), 3);
  EXPECT_EQ(value("-7//2"), -4);
  EXPECT_EQ(value("7//-2"), -4);
  EXPECT_EQ(value("-8//2"), -4);
  EXPECT_EQ(value("100//7//2"), 7);
}

TEST(Expression, KnowsMinAndMax) {
  EXPECT_EQ(value("min(N, KH)"), 3);
  EXPECT_EQ(value("max(N, KH, 2*N)"), 14);
  EXPECT_EQ(value("min_ + 1"), 3);
}

TEST(Expression, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(message("N + M"), HasSubstr("here: expression 'N + M': unknown name 'M'"));
  EXPECT_THAT(message("N +"), HasSubstr("it ends too early"));
  EXPECT_THAT(message("N / 2"), HasSubstr("unexpected '/'"));
  EXPECT_THAT(message("(N"), HasSubstr("expected ')'"));
  EXPECT_THAT(message("2*s"), HasSubstr("'s' is 3.14, not an integer"));
  EXPECT_THAT(message("N//(N - 7)"), HasSubstr("division by zero"));
  EXPECT_THAT(message("9999999999*9999999999"), HasSubstr("does not fit 64 bits"));
  EXPECT_THAT(message("99999999999999999999"), HasSubstr("does not fit 64 bits"));
  EXPECT_THAT(message(std::string(100000, '(')), HasSubstr("nested too deeply"));
  EXPECT_THAT(message(std::string(100000, '-')), HasSubstr("nested too deeply"));
}

}  // namespace
}  // namespace vegttt::tasks

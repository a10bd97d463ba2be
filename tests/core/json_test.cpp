#include "vegttt/core/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

TEST(Json, KeepsTheOrderInWhichKeysWereWritten) {
  Json json;
  json["z"] = 1;
  json["a"] = 2;
  EXPECT_EQ(dump_json(json), R"({"z":1,"a":2})");
}

TEST(Json, RefusesToWriteANumberThatIsNotFinite) {
  EXPECT_THROW(dump_json(Json{{"deep", {{"x", std::nan("")}}}}), InternalError);
}

TEST(Json, WritesNonFiniteNumbersByNameAndReadsThemBack) {
  for (const double value : {1.5,
                             -0.0,
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()})
    EXPECT_EQ(number_of(finite_or_name(value)), value);
  EXPECT_TRUE(std::isnan(number_of(finite_or_name(std::nan("")))));
  EXPECT_THROW(number_of(Json("fast")), UserError);
}

TEST(Json, ReplacesInvalidUtf8OfSampledText) {
  EXPECT_EQ(dump_json(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(Json, NamesFileAndKeyOfAMissingMember) {
  try {
    get<int>(Json::object(), "step_idx", "metrics.jsonl:3");
    FAIL() << "did not throw";
  } catch (const UserError& e) {
    EXPECT_STREQ(e.what(), "metrics.jsonl:3: member 'step_idx': missing");
  }
}

TEST(Json, NamesTheFileOnBadSyntax) {
  try {
    parse_json("{\"a\": ", "x.json");
    FAIL() << "did not throw";
  } catch (const UserError& e) {
    EXPECT_NE(std::string(e.what()).find("x.json: not valid JSON"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace vegttt::core

#include <gtest/gtest.h>

#include <cmath>

#include "figures/charts.h"
#include "figures/pdf.h"
#include "figures/svg.h"

namespace vegttt::report::figures {
namespace {

LineChart chart() {
  LineChart chart;
  chart.title = "rate <& more>";
  chart.x = {"step", Unit::kPlain, true};
  chart.y = {"", Unit::kPercent, false, false, 0.0, 1.0};
  chart.series = {
      {"a", 0, false, {{0, 0.25}, {1, 0.5, Span{0.4, 0.6}}, {2, std::nan("")}, {3, 1}}}};
  chart.series[0].points[1].target = {{{"step", "1"}}, "step 1: \"50 %\""};
  return chart;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

TEST(Ticks, AreRoundAndInside) {
  EXPECT_EQ(ticks(0, 1, 5, false, false),
            (std::vector<double>{0, 0.2, 0.4, 0.6000000000000001, 0.8, 1}));
  EXPECT_EQ(ticks(-0.5, 3.5, 8, true, false), (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(ticks(0.4, 120, 5, false, true), (std::vector<double>{1, 10, 100}));
  EXPECT_EQ(ticks(0.4, 8, 5, false, true), (std::vector<double>{0.5, 1, 2, 5}));
}

TEST(Scale, OfLogarithmsPutsEqualFactorsAtEqualDistances) {
  const Scale scale{0.5, 2, 0, 100, true};
  EXPECT_NEAR(scale(1), 50, 1e-9);
}

TEST(Scale, OfOneValueHasRoomAroundIt) {
  const Scale scale = scale_of({}, {3, 3}, 0, 100);
  EXPECT_LT(scale.low, 3);
  EXPECT_GT(scale.high, 3);
}

TEST(LineChart, BreaksItsLineWhereAValueIsMissing) {
  const std::string text = svg(line_chart(chart()), "t");
  EXPECT_EQ(count(text, "<circle"), 3u + 1u) << "three points and the legend's";
  EXPECT_EQ(count(text, "nan"), 0u);
}

TEST(Svg, EscapesTextAndKeepsTargets) {
  const std::string text = svg(line_chart(chart()), "t");
  EXPECT_NE(text.find("rate &lt;&amp; more&gt;"), std::string::npos);
  EXPECT_NE(text.find("data-step=\"1\""), std::string::npos);
  EXPECT_NE(text.find("<title>step 1: &quot;50 %&quot;</title>"), std::string::npos);
  EXPECT_EQ(svg_file(line_chart(chart()), "t").find("data-step"), std::string::npos);
}

TEST(Svg, NamesPaintsByClassSoThatAPageCanChangeThem) {
  Drawing drawing{10, 10, {}};
  drawing.marker({5, 5}, 1, series(2));
  const std::string text = svg(drawing, "t");
  EXPECT_NE(text.find("f-s2 k-s2"), std::string::npos) << text;
  EXPECT_NE(text.find("fill=\"#009e73\""), std::string::npos) << text;
}

TEST(HeatLevel, CoversTheWholeRange) {
  EXPECT_EQ(heat_level(0, 0, 1), 0);
  EXPECT_EQ(heat_level(1, 0, 1), kHeatLevels - 1);
  EXPECT_EQ(heat_level(7, 0, 1), kHeatLevels - 1);
}

TEST(TextWidth, IsThatOfHelvetica) {
  EXPECT_NEAR(text_width("Hello", 10), (722 + 556 + 222 + 222 + 556) / 100.0, 1e-9);
  EXPECT_EQ(fitted("a very long label", 10, 40).substr(0, 3), "a v");
  EXPECT_LE(room_for(fitted("a very long label", 10, 40), 10), 40);
}

// Every object stands where the table of the file says.
TEST(Pdf, HasATableOfItsObjects) {
  const std::string file = pdf_file(line_chart(chart()), "title (with) brackets");
  EXPECT_EQ(file.rfind("%PDF-1.4", 0), 0u);
  const std::size_t table = file.find("\nxref\n") + 1;
  EXPECT_NE(file.find("startxref\n" + std::to_string(table) + "\n"), std::string::npos);
  for (int object = 1; object <= 7; ++object) {
    const std::size_t line =
        table + std::string("xref\n0 8\n").size() + 20 * static_cast<std::size_t>(object);
    const std::size_t place = std::stoul(file.substr(line, 10));
    EXPECT_EQ(file.compare(place, 6, std::to_string(object) + " 0 obj", 0, 6), 0) << object;
  }
  EXPECT_NE(file.find("(title \\(with\\) brackets)"), std::string::npos);
}

TEST(Pdf, SaysTheLengthOfItsContent) {
  const std::string file = pdf_file(line_chart(chart()), "t");
  const std::size_t at = file.find("/Length ") + 8;
  const std::size_t length = std::stoul(file.substr(at));
  const std::size_t begin = file.find("stream\n") + 7;
  EXPECT_EQ(file.compare(begin + length, 10, "\nendstream"), 0);
}

TEST(Pdf, WritesWhatItsFontHasAndAQuestionMarkForTheRest) {
  Drawing drawing{100, 20, {}};
  drawing.text({0, 10}, "1 \u00b1 2 \u03b8", 10, text_paint());
  EXPECT_NE(pdf_file(drawing, "t").find("(1 \xb1 2 ?)"), std::string::npos);
}

}  // namespace
}  // namespace vegttt::report::figures

#include "vegttt/report/formats.h"

#include <gtest/gtest.h>

#include "vegttt/core/error.h"

namespace vegttt::report {
namespace {

Table table() {
  Table table;
  table.name = "paper/table-5.1";
  table.title = "Rates & speedups";
  table.cells = Cells({"method", "fast_1", "95 %"});
  table.cells.add({"BoA | best", percent_cell(0.42625), interval_cell(0.351, 0.502)});
  table.cells.add({"a, \"b\"", missing_cell(), missing_cell()});
  table.notes = {"50 % of $x_1$."};
  table.circumstances.sample_seeds = {1, 2};
  table.circumstances.protocol = "strict";
  table.circumstances.missing = {"BoA, seed 3: partial"};
  return table;
}

TEST(Formats, PlainTextAlignsAndListsCircumstances) {
  EXPECT_EQ(plain_text(table()),
            "Rates & speedups\n"
            "method      fast_1          95 %\n"
            "BoA | best  42.6 %  [35.1, 50.2]\n"
            "a, \"b\"           -             -\n"
            "50 % of $x_1$.\n"
            "Sample seeds 1, 2. Protocol strict.\n"
            "Missing: BoA, seed 3: partial.\n");
}

TEST(Formats, MarkdownEscapesBars) {
  const auto text = markdown(table());
  EXPECT_NE(text.find("### Rates & speedups\n\n| method | fast_1 | 95 % |\n|---|---:|---:|\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("| BoA \\| best | 42.6 % |"), std::string::npos) << text;
}

TEST(Formats, LatexEscapesEverySpecialCharacter) {
  const auto text = latex(table());
  EXPECT_NE(text.find("\\caption{Rates \\& speedups}"), std::string::npos) << text;
  EXPECT_NE(text.find("  BoA | best & 42.6 \\% & {[}35.1, 50.2] \\\\\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("50 \\% of \\$x\\_1\\$."), std::string::npos) << text;
  EXPECT_NE(text.find("\\begin{tabular}{lrr}"), std::string::npos) << text;
  EXPECT_NE(text.find("\\label{tab:paper-table-5.1}"), std::string::npos) << text;
}

TEST(Formats, CsvHoldsNumbersInFullAndQuotes) {
  EXPECT_EQ(csv(table()),
            "method,fast_1,95 %\r\n"
            "BoA | best,0.42625,\"[35.1, 50.2]\"\r\n"
            "\"a, \"\"b\"\"\",-,-\r\n");
}

TEST(Formats, JsonHoldsTextAndValue) {
  const auto json = to_json(table());
  EXPECT_EQ(json.at("rows").at(0).at(1).at("text"), "42.6 %");
  EXPECT_EQ(json.at("rows").at(0).at(1).at("value"), 0.42625);
  EXPECT_FALSE(json.at("rows").at(1).at(1).contains("value"));
  EXPECT_EQ(json.at("circumstances").at("sample_seeds").at(1), 2);
  EXPECT_EQ(core::parse_json(render(table(), Format::kJson), "json"), json);
}

TEST(Formats, ArePickedByNameOrExtension) {
  EXPECT_EQ(format_from_name("latex"), Format::kLatex);
  EXPECT_EQ(format_from_name("md"), Format::kMarkdown);
  EXPECT_THROW(format_from_name("markdwn"), core::UserError);
}

TEST(Formats, WriteOneFilePerTableAndFormat) {
  const core::TemporaryFolder folder;
  const auto files = write_tables(folder.path(), {table()}, {Format::kMarkdown, Format::kCsv});
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].filename(), "paper-table-5.1.md");
  EXPECT_EQ(core::read_file(files[1]), csv(table()));
}

TEST(Cells, RoundHalvesAwayFromZero) {
  EXPECT_EQ(percent_cell(42 / 160.0).text, "26.3 %") << "26.25";
  EXPECT_EQ(percent_cell(46 / 160.0).text, "28.8 %") << "28.75, a little less in binary";
  EXPECT_EQ(points_cell(-0.0375).text, "-3.8 pp");
  EXPECT_EQ(times_cell(7.536).text, "7.54x");
}

}  // namespace
}  // namespace vegttt::report

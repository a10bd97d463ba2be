// The paper's figures as drawings of their tables.
#include <gtest/gtest.h>

#include "campaign_fixture.h"
#include "vegttt/core/error.h"
#include "vegttt/report/paper.h"

namespace vegttt::report {
namespace {

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

TEST(PaperFigures, ShowEveryPartOfTheSystem) {
  const auto svg = draw_figure("paper/figure-1").svg;
  const auto table = reproduce("paper/figure-1");
  for (const auto& row : table.cells.rows()) {
    EXPECT_NE(svg.find(">" + row[0].text + "<"), std::string::npos) << row[0].text;
    EXPECT_NE(svg.find(">" + row[1].text + "<"), std::string::npos) << row[1].text;
  }
}

TEST(PaperFigures, ShowEveryPointOfTheirTables) {
  // A pointer at rest is told the point: once for each row.
  EXPECT_EQ(count(draw_figure("paper/figure-2").svg, "<title>counts, seed"),
            reproduce("paper/figure-2").cells.rows().size());
  EXPECT_EQ(count(draw_figure("paper/figure-4").svg, "<title>counts, subset"),
            reproduce("paper/figure-4").cells.rows().size());
  const auto feedback = draw_figure("paper/figure-3").svg;
  for (const char* seed : {"42", "43", "44"})
    EXPECT_EQ(count(feedback, std::string(">counts, seed ") + seed + "<"), 1u);
}

TEST(PaperFigures, ShowOursBesideThePublished) {
  const core::TemporaryFolder folder;
  std::vector<FakeRun> runs;
  for (const std::int64_t seed : {1, 2}) {
    FakeRun run;
    run.label = "BoA";
    run.method = "batch_ttt";
    run.sample_seed = seed;
    run.selected_step = 1;
    run.fast = {{{"L1/4", 8}}, {{"L1/4", 16}}};
    runs.push_back(run);
  }
  write_campaign(folder.path(), runs);
  const auto campaign = read_campaign(folder.path());
  const auto files = draw_figure("paper/figure-2", &campaign);
  EXPECT_EQ(files.name, "paper-figure-2");
  EXPECT_EQ(count(files.svg, "<title>ours, seed 42/"), 4u);
  EXPECT_EQ(count(files.svg, ">ours, mean of the runs<"), 1u);
  EXPECT_EQ(files.pdf.rfind("%PDF", 0), 0u);
}

TEST(PaperFigures, AreNoTables) {
  EXPECT_THROW(draw_figure("paper/table-5.1"), core::UserError);
  EXPECT_THROW(draw_figure("paper/figure-5"), core::UserError);
}

}  // namespace
}  // namespace vegttt::report

// The page as text: its structure, what is inside, and that nothing of a model becomes markup.
#include "vegttt/report/page.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "html/markup.h"
#include "run_folder.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::report {
namespace {

using test::FakeFolder;
using test::make_run_folder;

Page page_of(const std::vector<core::fs::path>& folders, std::size_t bytes = 15 << 20) {
  PageRequest request;
  request.folders = folders;
  request.extract_code = [](const std::string& completion) { return completion; };
  request.program = "vegttt of a test";
  request.bytes = bytes;
  return make_page(request);
}

// Sections, headings, figures and headers of their tables, one a line.
std::string structure_of(const std::string& html) {
  static const std::regex pattern(
      R"re(<section id="([^"]*)"|<h([123])>((?:.|\n)*?)</h[123]>|<figure id="([^"]*)"|<th [^>]*>([^<]*)</th>|(</figure>))re");
  static const std::regex tags("<[^>]*>|\n");
  std::string text;
  bool in_figure = false;
  const std::string body = html.substr(0, html.find("id=\"report-data\""));
  for (std::sregex_iterator match(body.begin(), body.end(), pattern), end; match != end; ++match) {
    const auto& one = *match;
    if (one[1].matched) text += "section " + one[1].str() + "\n";
    if (one[2].matched)
      text += "h" + one[2].str() + " " + std::regex_replace(one[3].str(), tags, "") + "\n";
    if (one[4].matched) text += "figure " + one[4].str() + "\n";
    if (one[4].matched || one[6].matched) in_figure = one[4].matched;
    if (one[5].matched && in_figure) text += "  column " + one[5].str() + "\n";
  }
  return text;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

TEST(Page, HasTheStructureThatIsWrittenDown) {
  const core::TemporaryFolder folder;
  const auto page = page_of({make_run_folder(folder.path() / "tiny", {})});
  const auto file = core::fs::path(VEGTTT_SOURCE_DIR) / "tests/report/page/structure.txt";
  const std::string found = structure_of(page.html);
  if (found != core::read_file(file)) core::write_file_atomically("structure_found.txt", found);
  EXPECT_EQ(found, core::read_file(file)) << "as found: structure_found.txt in the current folder";
}

TEST(Page, IsTheSameEachTime) {
  const core::TemporaryFolder folder;
  const auto run = make_run_folder(folder.path() / "tiny", {});
  EXPECT_EQ(page_of({run}).html, page_of({run}).html);
}

TEST(Page, TextsOfAModelAreDataWithoutAnyOpeningBracket) {
  const core::TemporaryFolder folder;
  FakeFolder what;
  what.completion = test::planted_markup();
  const auto html = page_of({make_run_folder(folder.path() / "tiny", what)}).html;
  EXPECT_EQ(count(html, "</script>"), 3u);
  EXPECT_EQ(count(html, "<img"), 0u);
  EXPECT_EQ(count(html, "onerror"), 1u) << "once, in the block of texts";
  EXPECT_NE(html.find("\\u003cimg src=x onerror="), std::string::npos);
}

TEST(Page, TextsOfUsersAreEscaped) {
  const core::TemporaryFolder folder;
  FakeFolder what;
  what.description = "<b onclick=x>bold</b>";
  const auto html = page_of({make_run_folder(folder.path() / "a<b>&c", what)}).html;
  EXPECT_EQ(html.find("<b onclick"), std::string::npos);
  EXPECT_NE(html.find("&lt;b onclick=x&gt;"), std::string::npos);
  EXPECT_NE(html.find("<title>a&lt;b&gt;&amp;c</title>"), std::string::npos);
}

TEST(Page, AsksNobodyForAnything) {
  const core::TemporaryFolder folder;
  const auto html = page_of({make_run_folder(folder.path() / "tiny", {})}).html;
  EXPECT_EQ(html.find("src="), std::string::npos);
  EXPECT_EQ(html.find("url("), std::string::npos);
  EXPECT_EQ(html.find("@import"), std::string::npos);
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
}

TEST(Page, KeepsTheKernelsThatMatterWhenNotAllFit) {
  const core::TemporaryFolder folder;
  FakeFolder what;
  what.samples = 40;
  const auto run = make_run_folder(folder.path() / "tiny", what);
  const auto whole = page_of({run});
  EXPECT_EQ(whole.kernels, whole.rollouts);
  const std::size_t without = page_of({run}, 1).html.size();
  const auto small = page_of({run}, without + 100'000);
  EXPECT_LT(small.kernels, small.rollouts);
  EXPECT_GE(small.kernels, 3u * 4) << "at least the best of each group";
  EXPECT_LT(small.html.size(), without + 100'000);
  EXPECT_NE(small.html.find("are listed by name only"), std::string::npos);
}

TEST(Page, ShowsARunWithoutAnyRollout) {
  const core::TemporaryFolder folder;
  FakeFolder what;
  what.finished = false;
  what.steps = 0;
  what.samples = 1;  // half of one: none
  const auto page = page_of({make_run_folder(folder.path() / "begun", what)});
  EXPECT_EQ(page.rollouts, 0u);
  EXPECT_NE(page.html.find("No rollout has been judged yet."), std::string::npos);
}

TEST(Page, DrawsThePapersFiguresBesideACampaign) {
  const core::TemporaryFolder folder;
  const auto page = page_of({test::make_campaign_folder(folder.path() / "campaign")});
  for (const char* figure : {"1", "2", "3", "4"})
    EXPECT_EQ(count(page.html, std::string("<figure id=\"figure-paper-figure-") + figure), 1u)
        << figure;
  const auto drawn = [](const Page& of) {
    return std::count_if(of.figures.begin(), of.figures.end(), [](const auto& figure) {
      return figure.name.rfind("paper-figure-", 0) == 0 && !figure.pdf.empty();
    });
  };
  EXPECT_EQ(drawn(page), 4);
  EXPECT_EQ(drawn(page_of({make_run_folder(folder.path() / "tiny", {})})), 0);
}

TEST(Page, NamesRunsByTheirFoldersWhenMoreThanSeedsDiffers) {
  const core::TemporaryFolder folder;
  FakeFolder one, other;
  other.seed = 43;
  other.samples = 6;
  const auto html = page_of({make_run_folder(folder.path() / "eight", one),
                             make_run_folder(folder.path() / "six", other)})
                        .html;
  EXPECT_NE(html.find("\"series\":[\"eight\",\"six\"]"), std::string::npos);
  other.samples = one.samples;
  const auto same = page_of({make_run_folder(folder.path() / "s42", one),
                             make_run_folder(folder.path() / "s43", other)})
                        .html;
  EXPECT_NE(same.find("\"series\":[\"batch_ttt\"]"), std::string::npos);
}

TEST(Page, RefusesAFolderThatIsNoRun) {
  const core::TemporaryFolder folder;
  EXPECT_THROW(page_of({folder.path()}), core::UserError);
}

TEST(Fill, LeavesInsertedTextAlone) {
  EXPECT_EQ(html::fill("a {{x}} b {{y}}", {{"x", "{{y}}"}, {"y", "2"}}), "a {{y}} b 2");
  EXPECT_THROW(html::fill("{{z}}", {}), core::InternalError);
}

}  // namespace
}  // namespace vegttt::report

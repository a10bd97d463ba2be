// What `vegttt watch` reads and draws, without a terminal.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "watch/screen.h"
#include "written_run.h"

namespace vegttt {
namespace {

class WatchScreen : public ::testing::Test {
 protected:
  core::TemporaryFolder folder_;
};

TEST_F(WatchScreen, ReadsOnlyWhatIsNewAndBeginsAnewWhereAFileWasReplaced) {
  const auto file = folder_.path() / "lines.jsonl";
  cli::LineTail tail(file);
  std::vector<std::string> calls;
  const auto look = [&] {
    calls.clear();
    tail.follow([&] { calls.push_back("anew"); },
                [&](const core::Json& line) { calls.push_back(line.dump()); });
    return calls;
  };
  EXPECT_THAT(look(), ::testing::IsEmpty());
  core::LineAppender(file).append("1");
  EXPECT_THAT(look(), ::testing::ElementsAre("1"));
  EXPECT_THAT(look(), ::testing::IsEmpty());
  {
    const int fd = ::open(file.c_str(), O_WRONLY | O_APPEND);
    ASSERT_EQ(::write(fd, "2\n3", 3), 3);
    ::close(fd);
  }
  EXPECT_THAT(look(), ::testing::ElementsAre("2"));  // the last is not whole yet
  core::write_file_atomically(file, "4\n5\n6\n");
  EXPECT_THAT(look(), ::testing::ElementsAre("anew", "4", "5", "6"));
  core::fs::remove(file);
  EXPECT_THAT(look(), ::testing::ElementsAre("anew"));
}

TEST_F(WatchScreen, FillsNoMoreThanTheScreen) {
  WrittenRun run;
  for (int task = 1; task <= 30; ++task) run.fast["L1/" + std::to_string(task)] = 5;
  run.write(folder_.path() / "r");
  cli::RunView view(folder_.path() / "r");
  view.refresh();
  for (const int rows : {5, 24, 60}) {
    const auto lines = cli::screen_of(view, {40, rows, true});
    EXPECT_LE(lines.size(), static_cast<std::size_t>(rows));
    for (const auto& line : lines) {
      const auto characters = std::count_if(line.begin(), line.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
      });
      EXPECT_LE(characters, 40) << line;
    }
  }
}

TEST_F(WatchScreen, DrawsBarsToTheEighth) {
  EXPECT_EQ(cli::bar(0.5, 4, false), "##  ");
  EXPECT_EQ(cli::bar(0.53125, 4, true), "██▏ ");
  EXPECT_EQ(cli::bar(2, 2, true), "██");
  EXPECT_EQ(cli::bar(std::nan(""), 2, true), "  ");
}

}  // namespace
}  // namespace vegttt

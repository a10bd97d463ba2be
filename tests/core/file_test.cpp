#include "vegttt/core/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vegttt/core/error.h"

namespace vegttt::core {
namespace {

TEST(AtomicFile, ReplacesTheOldContentsAndLeavesNothingBeside) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "summary.json";
  write_file_atomically(path, "old");
  write_file_atomically(path, std::string("new\0bytes", 9));
  EXPECT_EQ(read_file(path), std::string("new\0bytes", 9));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), {}), 1);
}

TEST(AtomicFile, NamesTheFileWhenTheFolderIsMissing) {
  const TemporaryFolder folder;
  try {
    write_file_atomically(folder.path() / "no" / "x.json", "x");
    FAIL() << "did not throw";
  } catch (const MachineError& e) {
    EXPECT_NE(std::string(e.what()).find("no/x.json: No such file or directory"), std::string::npos)
        << e.what();
  }
}

TEST(AtomicFile, SaysThatTheDiskIsFull) {
  try {
    LineAppender full("/dev/full");
    full.append("line");
    FAIL() << "did not throw";
  } catch (const MachineError& e) {
    EXPECT_NE(std::string(e.what()).find("No space left on device"), std::string::npos) << e.what();
  }
}

TEST(ReadFile, NamesTheFileThatIsMissing) {
  EXPECT_THROW(read_file("/nowhere/at/all.yaml"), UserError);
}

TEST(TemporaryFolder, IsGoneAfterwardsWithEverythingInIt) {
  fs::path path;
  {
    const TemporaryFolder folder;
    path = folder.path();
    make_folder(path / "a" / "b");
    write_file_atomically(path / "a" / "b" / "c", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(LineAppender, CutsTheTornLastLineOfAKilledProcess) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "rollouts.jsonl";
  write_file_atomically(path, "{\"a\":1}\n{\"b\":2}\n{\"c\":");
  LineAppender(path).append("{\"d\":4}");
  EXPECT_EQ(read_file(path), "{\"a\":1}\n{\"b\":2}\n{\"d\":4}\n");
}

TEST(LineAppender, CutsATornLineLongerThanItsReadBuffer) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "rollouts.jsonl";
  write_file_atomically(path, "first\n" + std::string(10000, 'x'));
  LineAppender(path).append("second");
  EXPECT_EQ(read_file(path), "first\nsecond\n");
}

}  // namespace
}  // namespace vegttt::core

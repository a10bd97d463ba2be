// Every row of `vegttt help exit-codes` is produced once; a row without its case here fails.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <set>

#include "failure.h"
#include "help.h"
#include "program.h"
#include "written_run.h"

namespace vegttt {
namespace {

using core::ExitCode;

class ExitCodes : public ::testing::Test {
 protected:
  int ends_with(const std::vector<std::string>& words) const {
    const auto result = vegttt_program(words);
    return result.exit_code;
  }

  // No input of ours makes the program fail so; its last resort is asked directly.
  static int internal_error() {
    return cli::report_failure(std::make_exception_ptr(core::InternalError("a mistake")));
  }

  int judged_wrong() const {
    const auto file = (folder_.path() / "none.cpp").string();
    core::write_file_atomically(file, "int launch;\n");
    return ends_with({"eval", file, "--task", "L1/19", "--size", "tiny"});
  }

  int out_of_time() const {
    return ends_with({"adapt",
                      write_tiny_experiment(folder_.path()),
                      "-qq",
                      "-o",
                      (folder_.path() / "runs").string(),
                      "--max-minutes",
                      "1e-9"});
  }

  // A program that waits: it watches a run whose lock is held by this one.
  int signalled(const std::string& signal) const {
    const auto run = folder_.path() / "r";
    WrittenRun().write(run);
    core::fs::remove(run / "base_summary.json");
    const int lock = ::open((run / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    EXPECT_EQ(::flock(lock, LOCK_EX), 0);
    const auto result =
        shell("timeout --preserve-status -s " + signal + " 3 \"$V\" watch '" + run.string() + "'");
    ::close(lock);
    EXPECT_NE(result.err.find("no longer watching"), std::string::npos) << result.err;
    return result.exit_code;
  }

  core::TemporaryFolder folder_;
};

TEST_F(ExitCodes, AreThoseOfTheTable) {
  const std::map<ExitCode, std::function<int()>> cases = {
      {ExitCode::kDone, [&] { return ends_with({"help"}); }},
      {ExitCode::kInternal, [] { return internal_error(); }},
      {ExitCode::kUsage,
       [&] {
         return ends_with({"adapt", "--boa"});
       }},
      {ExitCode::kConfig,
       [&] {
         return ends_with({"adapt", "/nowhere.yaml"});
       }},
      {ExitCode::kMachine, [] { return shell("\"$V\" help > /dev/full").exit_code; }},
      {ExitCode::kNotPassed, [&] { return judged_wrong(); }},
      {ExitCode::kEndedEarly, [&] { return out_of_time(); }},
      {ExitCode::kInterrupted, [&] { return signalled("INT"); }},
      {ExitCode::kTerminated, [&] { return signalled("TERM"); }},
  };
  std::set<ExitCode> listed;
  for (const auto& row : cli::exit_codes()) {
    listed.insert(row.code);
    ASSERT_EQ(cases.count(row.code), 1u) << "no case for: " << row.meaning;
    EXPECT_EQ(cases.at(row.code)(), static_cast<int>(row.code)) << row.meaning;
  }
  EXPECT_EQ(listed.size(), cases.size()) << "a code is missing in the table";
}

}  // namespace
}  // namespace vegttt

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "process_support.h"
#include "vegttt/core/clock.h"

namespace vegttt::evaluate {
namespace {

using testing::HasSubstr;

const char* const kHonest = R"(
void launch(const float* A, float* out, Workspace&) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; ++i) out[i] = 2 * A[i] + 1;
})";

core::fs::path library_of(const std::string& code, std::int64_t n) {
  const CompileResult compiled = compiler().compile(assemble(code, n));
  EXPECT_TRUE(compiled.ok) << compiled.log;
  return compiled.library;
}

RunnerSession::Options options(int threads = 2, double timeout_s = 5) {
  RunnerSession::Options options;
  options.threads = threads;
  options.launch_timeout_s = timeout_s;
  return options;
}

// Result of the first launch of a candidate over 1000 elements; the output is left in `task`.
LaunchResult first_launch(Doubling& task, const std::string& code, int threads = 2) {
  RunnerSession session(library_of(code, 1000), task.inputs(), task.output(), options(threads));
  const LaunchResult started = session.start();
  return started.outcome == LaunchOutcome::kDone ? session.launch(0) : started;
}

// Fields of /proc/PID/stat behind the name: state, parent.
std::pair<char, int> state_and_parent(const core::fs::path& stat) {
  std::ifstream in(stat);
  std::string text;
  std::getline(in, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  char state = '?';
  int parent = -1;
  fields >> state >> parent;
  return {state, parent};
}

bool is_runner(const core::fs::path& process) {
  std::ifstream in(process / "cmdline");
  std::string command;
  std::getline(in, command, '\0');
  return command == "vegttt-runner";
}

std::vector<int> runners_of(int parent) {
  std::vector<int> runners;
  for (const auto& entry : core::fs::directory_iterator("/proc")) {
    const int pid = std::atoi(entry.path().filename().c_str());
    if (pid > 0 && state_and_parent(entry.path() / "stat").second == parent &&
        is_runner(entry.path()))
      runners.push_back(pid);
  }
  return runners;
}

std::set<char> thread_states(int pid) {
  std::set<char> states;
  for (const auto& entry : core::fs::directory_iterator("/proc/" + std::to_string(pid) + "/task"))
    states.insert(state_and_parent(entry.path() / "stat").first);
  return states;
}

}  // namespace

TEST(RunnerSession, ComputesEverySet) {
  Doubling task(100003, 3);
  RunnerSession session(library_of(kHonest, 100003), task.inputs(), task.output(), options());
  const LaunchResult started = session.start();
  ASSERT_EQ(started.outcome, LaunchOutcome::kDone) << started.detail;
  for (int set = 0; set < 3; ++set) {
    task.poison();
    const LaunchResult done = session.launch(set);
    ASSERT_EQ(done.outcome, LaunchOutcome::kDone) << done.detail;
    EXPECT_TRUE(task.output_is_right(set));
  }
}

TEST(RunnerSession, BeforeTheFirstStagingThereIsNothingToSee) {
  Doubling task(1000, 2);
  const auto library = library_of(kHonest, 1000);
  for (int session_number = 0; session_number < 2;
       ++session_number) {  // the second one finds the first one's memory
    RunnerSession session(library, task.inputs(), task.output(), options());
    ASSERT_EQ(session.start().outcome, LaunchOutcome::kDone);
    const auto staged = session.staged()[0];
    EXPECT_TRUE(
        std::all_of(staged.begin(), staged.end(), [](std::byte b) { return b == std::byte{0}; }));
    const auto output = task.output().bytes();
    EXPECT_TRUE(std::all_of(
        output.begin(), output.end(), [](std::byte b) { return b == std::byte{0xff}; }));
    session.launch(1);
    EXPECT_TRUE(task.output_is_right(1));
    EXPECT_NE(static_cast<int>(session.staged()[0][2]), 0);
  }
}

TEST(RunnerSession, EveryThreadIsStoppedBetweenLaunches) {
  Doubling task(1000, 2);
  const std::string busy = std::string("#include <thread>\n") + kHonest +
                           "\nstatic const bool started = [] { std::thread([] { for (volatile int "
                           "i = 0;; i = i + 1) {} })"
                           ".detach(); return true; }();";
  RunnerSession session(library_of(busy, 1000), task.inputs(), task.output(), options());
  ASSERT_EQ(session.start().outcome, LaunchOutcome::kDone);
  const auto runners = runners_of(::getpid());
  ASSERT_EQ(runners.size(), 1u);
  EXPECT_EQ(thread_states(runners[0]), std::set<char>{'T'});
  session.launch(0);
  EXPECT_EQ(thread_states(runners[0]), std::set<char>{'T'});
}

// A thread of the candidate looks for the next set all the time, and launch uses what it prepared.
TEST(RunnerSession, AStagedSetIsNotSeenBeforeItsClock) {
  Doubling task(1000, 2);
  const std::string code = core::read_file(core::fs::path(VEGTTT_SOURCE_DIR) /
                                           "kernels/hostile/cpp/31_watches_for_inputs.cpp");
  RunnerSession session(library_of("constexpr int64_t ROWS = 1, COLS = N;\n" + code, 1000),
                        task.inputs(),
                        task.output(),
                        options());
  ASSERT_EQ(session.start().outcome, LaunchOutcome::kDone);
  ASSERT_EQ(session.launch(0).outcome, LaunchOutcome::kDone);
  EXPECT_EQ(Doubling::floats(task.output())[0], 0) << "it computes when it sees a set";
  task.poison();
  session.stage(1);
  ::usleep(300000);
  ASSERT_EQ(session.launch(1).outcome, LaunchOutcome::kDone);
  const auto output = task.output().bytes();
  EXPECT_TRUE(
      std::all_of(output.begin(), output.end(), [](std::byte b) { return b == std::byte{0xff}; }));
}

TEST(RunnerSession, TheJudgesClockCoversTheLaunch) {
  Doubling task(1000, 1);
  const LaunchResult slept = first_launch(
      task,
      "#include <unistd.h>\nvoid launch(const float*, float*, Workspace&) { usleep(50000); }");
  EXPECT_GT(slept.elapsed_us, 50e3);
  EXPECT_LT(slept.elapsed_us, 500e3);
}

TEST(RunnerSession, ACandidateCannotStretchTheEmptyRound) {
  Doubling task(1000, 1);
  const std::string slow =
      "#include <unistd.h>\nstatic const int wait = usleep(300000);\n" + std::string(kHonest);
  RunnerSession session(library_of(slow, 1000), task.inputs(), task.output(), options());
  const LaunchResult started = session.start();
  EXPECT_GT(started.elapsed_us, 300e3) << "the constructor ran when the library was loaded";
  EXPECT_GT(session.empty_launch().elapsed_us, 0);
  EXPECT_LT(session.empty_launch().elapsed_us, 50e3);
}

TEST(RunnerSession, SaysWhichSignalAndTheLastWords) {
  Doubling task(1000, 1);
  const LaunchResult result = first_launch(task,
                                           "void launch(const float*, float*, Workspace&) { "
                                           "fprintf(stderr, \"this is why\\n\"); abort(); }");
  EXPECT_EQ(result.outcome, LaunchOutcome::kCrashed);
  EXPECT_EQ(result.detail, "signal 6 (SIGABRT): this is why");
}

TEST(RunnerSession, AnEarlyEndIsNoResult) {
  Doubling task(1000, 1);
  const LaunchResult result =
      first_launch(task, std::string(kHonest) + "\nstatic const int end = (std::exit(0), 0);");
  EXPECT_EQ(result.outcome, LaunchOutcome::kExited);
  EXPECT_THAT(result.detail, HasSubstr("exit code 0"));
}

TEST(RunnerSession, AFloodOfMessagesIsDropped) {
  Doubling task(1000, 1);
  const LaunchResult result = first_launch(task, R"(
void launch(const float*, float*, Workspace&) {
  for (int i = 0; i < 100000; ++i) { fprintf(stderr, "%0100d\n", i); printf("%0100d\n", i); }
  abort();
})");
  EXPECT_EQ(result.outcome, LaunchOutcome::kCrashed);
  EXPECT_LT(result.detail.size(), 5000u);
}

TEST(RunnerSession, ATimeOutIsKeptToItsTime) {
  Doubling task(1000, 1);
  RunnerSession session(library_of("void launch(const float*, float*, Workspace&) { for (volatile "
                                   "int i = 0;; i = i + 1) {} }",
                                   1000),
                        task.inputs(),
                        task.output(),
                        options(2, 0.3));
  ASSERT_EQ(session.start().outcome, LaunchOutcome::kDone);
  const LaunchResult result = session.launch(0);
  EXPECT_EQ(result.outcome, LaunchOutcome::kTimedOut);
  EXPECT_GT(result.elapsed_us, 0.3e6);
  EXPECT_LT(result.elapsed_us, 2e6);
}

TEST(RunnerSession, TeamsOfAnySizeWork) {
  Doubling task(1000, 1);
  const LaunchResult result = first_launch(task,
                                           R"(
void launch(const float*, float* out, Workspace&) {
  memset(out, 0, N * sizeof(float));
  for (const int n : {4, 2, 3, 1, 4, 64}) {
#pragma omp parallel num_threads(n)
#pragma omp atomic
    out[n] += 1;
  }
  out[0] = omp_get_max_threads();
})",
                                           4);
  ASSERT_EQ(result.outcome, LaunchOutcome::kDone) << result.detail;
  const float* out = Doubling::floats(task.output());
  EXPECT_EQ(out[0], 4);
  EXPECT_EQ(out[1], 1);
  EXPECT_EQ(out[2], 2);
  EXPECT_EQ(out[3], 3);
  EXPECT_EQ(out[4], 8) << "two teams of four";
  EXPECT_EQ(out[64], 4) << "a team is never larger than the reference's";
}

TEST(RunnerSession, TheWorkspaceIsAlignedAndEmptyAtEveryLaunch) {
  Doubling task(1000, 3);
  RunnerSession session(library_of(R"(
void launch(const float* A, float* out, Workspace& ws) {
  char* odd = ws.alloc<char>(3);
  float* most = ws.alloc<float>(50 << 20);  // 200 of 256 MiB
  if (reinterpret_cast<uintptr_t>(odd) % 64 != 0 || reinterpret_cast<uintptr_t>(most) % 64 != 0) return;
  for (int64_t i = 0; i < N; ++i) most[i] = 2 * A[i] + 1;
  memcpy(out, most, N * sizeof(float));
})",
                                   1000),
                        task.inputs(),
                        task.output(),
                        options());
  ASSERT_EQ(session.start().outcome, LaunchOutcome::kDone);
  for (int set = 0; set < 3; ++set) {
    ASSERT_EQ(session.launch(set).outcome, LaunchOutcome::kDone);
    EXPECT_TRUE(task.output_is_right(set));
  }
}

TEST(RunnerSession, ALibraryThatIsNoneIsReported) {
  Doubling task(1000, 1);
  const core::TemporaryFolder folder("vegttt-test");
  core::write_file_atomically(folder.path() / "broken.so", "not a library");
  RunnerSession session(folder.path() / "broken.so", task.inputs(), task.output(), options());
  const LaunchResult started = session.start();
  EXPECT_EQ(started.outcome, LaunchOutcome::kExited);
  EXPECT_THAT(started.detail, HasSubstr("file too short"));
}

// Run by the next test as a judge that is killed in the middle of a launch.
TEST(RunnerSession, DISABLED_LaunchesForEver) {
  Doubling task(1000, 1);
  RunnerSession session(library_of("#include <unistd.h>\nvoid launch(const float*, float*, "
                                   "Workspace&) { while (true) sleep(9); }",
                                   1000),
                        task.inputs(),
                        task.output(),
                        options(2, 60));
  session.start();
  session.launch(0);
}

TEST(RunnerSession, DiesWithItsJudge) {
  const std::string self = core::fs::read_symlink("/proc/self/exe");
  const pid_t judge = ::fork();
  if (judge == 0) {
    ::execl(self.c_str(),
            self.c_str(),
            "--gtest_filter=*LaunchesForEver",
            "--gtest_also_run_disabled_tests",
            nullptr);
    ::_exit(127);
  }
  const auto runner_runs = [&] {
    const auto runners = runners_of(judge);
    return runners.size() == 1 && thread_states(runners[0]) == std::set<char>{'S'};
  };
  const core::Stopwatch watch;
  while (watch.elapsed_s() < 20 && !runner_runs()) ::usleep(20000);
  const auto runners = runners_of(judge);
  ASSERT_EQ(runners.size(), 1u);
  ::kill(judge, SIGKILL);
  ::waitpid(judge, nullptr, 0);
  const auto gone = [&] {
    const char state = state_and_parent("/proc/" + std::to_string(runners[0]) + "/stat").first;
    return state == '?' || state == 'Z';
  };
  while (watch.elapsed_s() < 30 && !gone()) ::usleep(5000);
  EXPECT_TRUE(gone());
}

}  // namespace vegttt::evaluate

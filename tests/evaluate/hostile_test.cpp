// Every candidate of kernels/hostile/cpp against the compiler and the runner alone: the statuses
// that these two decide, and the outputs compared bit by bit. tests/evaluate/judge tests run the
// same files through the evaluator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <cmath>
#include <ostream>

#include "hostile_cases.h"
#include "process_support.h"
#include "vegttt/core/rng.h"

namespace vegttt::evaluate {
namespace {

constexpr std::int64_t kRows = 37, kCols = 1001;  // not a whole number of pages

records::Candidate assemble_relu(const std::string& code) {
  records::Candidate candidate;
  candidate.code = code;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\nconstexpr int64_t ROWS = " + std::to_string(kRows) +
      ";\nconstexpr int64_t COLS = " + std::to_string(kCols) + ";\n#line 1 \"candidate\"\n" + code +
      "\n#line 1 \"frame\"\n"
      "extern \"C\" VEGTTT_EXPORT void vegttt_launch(void* const* b, Workspace* ws) {\n"
      "  launch(static_cast<const float*>(b[0]), static_cast<float*>(b[1]), *ws);\n}\n";
  return candidate;
}

// Three sets of ReLU's inputs and its right outputs.
class Relu {
 public:
  Relu() : output_(kRows * kCols * 4, "out") {
    for (int s = 0; s < 3; ++s) fill(sets_.emplace_back(kRows * kCols * 4, "x"), s);
    for (const auto& set : sets_) pointers_.push_back({&set});
  }

  // The status that compiler and runner give, with its reason.
  std::pair<std::string, std::string> judge(const core::fs::path& library) {
    RunnerSession::Options options;
    options.threads = 2;
    options.launch_timeout_s = 1;
    options.memory_limit_bytes = std::size_t{1} << 30;
    RunnerSession session(library, pointers_, output_, options);
    if (const auto started = session.start(); started.outcome != LaunchOutcome::kDone)
      return failed(started);
    for (int set = 0; set < 3; ++set) {
      std::memset(output_.bytes().data(), 0xff, output_.size());
      if (const auto launched = session.launch(set); launched.outcome != LaunchOutcome::kDone)
        return failed(launched);
      if (!right(set)) return {"wrong", "set " + std::to_string(set)};
    }
    return {"correct", ""};
  }

  bool inputs_untouched() const {
    for (int s = 0; s < 3; ++s)
      if (floats(sets_[static_cast<std::size_t>(s)])[5] != value(s, 5)) return false;
    return true;
  }

 private:
  static float* floats(const SharedBuffer& buffer) {
    return reinterpret_cast<float*>(buffer.bytes().data());
  }
  static float value(int set, std::int64_t i) {
    return static_cast<float>(
        core::CounterRng(static_cast<std::uint64_t>(set)).normal(static_cast<std::uint64_t>(i)));
  }
  static void fill(const SharedBuffer& buffer, int set) {
    for (std::int64_t i = 0; i < kRows * kCols; ++i) floats(buffer)[i] = value(set, i);
  }
  bool right(int set) const {
    for (std::int64_t i = 0; i < kRows * kCols; ++i)
      if (!(floats(output_)[i] == std::max(value(set, i), 0.0f))) return false;
    return true;
  }
  static std::pair<std::string, std::string> failed(const LaunchResult& result) {
    if (result.outcome == LaunchOutcome::kTimedOut) return {"timeout", result.detail};
    return {result.outcome == LaunchOutcome::kMachineFailed ? "unscored" : "launch_error",
            result.detail};
  }

  std::vector<SharedBuffer> sets_;
  SharedBuffer output_;
  std::vector<std::vector<const SharedBuffer*>> pointers_;
};

Relu& relu() {
  static Relu task;
  return task;
}

std::pair<std::string, std::string> status_of(const HostileCase& hostile) {
  static HostCompiler quick({3, true, ""});
  const CompileResult compiled = quick.compile(assemble_relu(hostile.code));
  if (compiled.timed_out) return {"timeout", "compiler"};
  if (!compiled.ok) return {"compile_error", compiled.log};
  return relu().judge(compiled.library);
}

std::size_t open_descriptors() {
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& entry : core::fs::directory_iterator("/proc/self/fd")) ++n;
  return n;
}

class Hostile : public testing::TestWithParam<HostileCase> {};

TEST_P(Hostile, GetsItsStatusAndLeavesNothingBehind) {
  static const OwnTemporaryFiles temporary;
  relu();
  (void)status_of(
      {"", "", {}, "void launch(const float*, float*, Workspace&) {}"});  // what lasts is made once
  const auto files = temporary.names();
  const auto descriptors = open_descriptors();
  const auto [status, reason] = status_of(GetParam());
  EXPECT_THAT(GetParam().expected, testing::Contains(status)) << reason;
  EXPECT_EQ(reason.find("root:x:"), std::string::npos) << "a host file was quoted";
  EXPECT_TRUE(relu().inputs_untouched());
  EXPECT_EQ(temporary.names(), files);
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "a process is left";
}

INSTANTIATE_TEST_SUITE_P(Candidates,
                         Hostile,
                         testing::ValuesIn(hostile_cases()),
                         [](const auto& info) { return "n" + info.param.name; });

}  // namespace

void PrintTo(const HostileCase& one, std::ostream* out) { *out << one.name; }

TEST(HostileCandidates, AreAtLeastTwentyFive) { EXPECT_GE(hostile_cases().size(), 25u); }

}  // namespace vegttt::evaluate

// Every file of kernels/examples/cuda and kernels/hostile/cuda through the frame and the compiler:
// what a machine without a GPU can tell about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "hostile_cases.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

using records::Status;
using testing::Contains;

const tasks::Catalogue& catalogue() {
  static const tasks::Catalogue all = tasks::Catalogue::load();
  return all;
}

// One evaluator per thread: compiling takes all of the time.
std::vector<records::Evaluation> compile_all(const std::vector<Submission>& submissions,
                                             const std::string& size) {
  std::vector<records::Evaluation> results(submissions.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    EvaluatorOptions options;
    options.size = size;
    options.evaluate.dialect = "cuda";
    options.evaluate.compile_timeout_s = 5;
    const auto judge = make_evaluator(options, catalogue());
    for (std::size_t i = next++; i < submissions.size(); i = next++)
      results[i] = judge->evaluate(submissions[i], Until::kCompile);
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < std::max(1u, std::thread::hardware_concurrency()); ++t)
    threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return results;
}

// "001.cu" -> "L1/1"
std::string task_of(const core::fs::path& file) {
  return "L1/" + std::to_string(std::stoi(file.stem().string()));
}

std::vector<core::fs::path> examples() {
  std::vector<core::fs::path> files;
  const core::fs::path folder = core::fs::path(VEGTTT_SOURCE_DIR) / "kernels/examples/cuda";
  for (const auto& entry : core::fs::directory_iterator(folder))
    if (entry.path().extension() == ".cu") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(CudaExamples, EveryTaskHasOneThatNamesIt) {
  std::set<std::string> tasks;
  for (const auto& file : examples()) {
    const std::string id = task_of(file);
    EXPECT_EQ(core::read_file(file).rfind("// " + id + ", ", 0), 0u) << file;
    tasks.insert(id);
  }
  for (int i = 1; i <= 100; ++i) EXPECT_THAT(tasks, Contains("L1/" + std::to_string(i)));
}

TEST(CudaExamples, CompileAtPaperSizes) {
  const std::vector<core::fs::path> files = examples();
  std::vector<Submission> submissions;
  for (const auto& file : files) submissions.push_back({task_of(file), core::read_file(file), ""});
  const auto results = compile_all(submissions, "paper");
  for (std::size_t i = 0; i < files.size(); ++i)
    EXPECT_EQ(results[i].message, "compiled; not run") << files[i] << "\n" << results[i].log;
}

// What compiling may say about a candidate that ends with one of these statuses. A time-out beside
// a compile_error is the compiler's.
std::vector<std::string> outcomes(const std::vector<std::string>& expected) {
  static const std::set<std::string> by_compiler = {"compile_error", "scaffold_error", "timeout"};
  if (std::find(expected.begin(), expected.end(), "compile_error") == expected.end())
    return {"compiled"};
  std::vector<std::string> all = expected;
  const auto runs = [&](const std::string& status) { return by_compiler.count(status) == 0; };
  if (std::any_of(expected.begin(), expected.end(), runs)) all.emplace_back("compiled");
  return all;
}

std::string status_of(const records::Evaluation& evaluation) {
  return evaluation.message == "compiled; not run" ? "compiled"
                                                   : records::name_of(evaluation.status);
}

TEST(HostileCudaCandidates, CompileOrNotAsTheyState) {
  const std::vector<HostileCase> cases = hostile_cases("cuda");
  EXPECT_GE(cases.size(), 40u);
  std::vector<Submission> submissions;
  for (const HostileCase& hostile : cases)
    submissions.push_back({hostile.task, "```cuda\n" + hostile.code + "```\n", ""});
  const auto results = compile_all(submissions, "tiny");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_THAT(outcomes(cases[i].expected), Contains(status_of(results[i])))
        << cases[i].name << ": " << results[i].message << "\n"
        << results[i].log.substr(0, 2000);
    EXPECT_EQ((results[i].message + results[i].log).find("root:x:"), std::string::npos)
        << cases[i].name << " quotes a host file";
    EXPECT_LT(results[i].log.size(), std::size_t{16} << 10) << cases[i].name;
  }
}

}  // namespace
}  // namespace vegttt::evaluate

// Real candidates through the real judge, at tiny.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "vegttt/core/file.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

using records::Status;
using ::testing::HasSubstr;
using ::testing::Not;

const tasks::Catalogue& catalogue() {
  static const tasks::Catalogue loaded = tasks::Catalogue::load();
  return loaded;
}

EvaluatorOptions tiny() {
  EvaluatorOptions options;
  options.size = "tiny";
  options.secret_seed = 11;
  return options;
}

Evaluator& judge() {
  static const std::unique_ptr<Evaluator> one = make_evaluator(tiny(), catalogue());
  return *one;
}

records::Evaluation judged(const std::string& code, Until until = Until::kTime) {
  return judge().evaluate({"L1/5", code, ""}, until);
}

const std::string kSignature = "void launch(const float* A, float* out, Workspace& ws) ";
const std::string kScale =
    kSignature + "{ for (int64_t i = 0; i < M * N; ++i) out[i] = A[i] * s; }";

std::string task_of(const std::string& source) {
  return std::string(core::trim(source.substr(3, source.find(',') - 3)));
}

TEST(CppEvaluator, AcceptsEveryExampleAndRefusesTheFaultyOnes) {
  int judged_files = 0;
  for (const auto& entry :
       core::fs::directory_iterator(std::string(VEGTTT_SOURCE_DIR) + "/kernels/examples/cpp")) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string source = core::read_file(entry.path());
    const records::Evaluation result =
        judge().evaluate({task_of(source), source, ""}, Until::kVerify);
    const bool faulty = entry.path().filename().string().find("faulty") != std::string::npos;
    EXPECT_EQ(result.status, faulty ? Status::kWrong : Status::kUnscored)
        << entry.path() << ": " << result.message << "\n"
        << result.log;
    if (!faulty) {
      EXPECT_EQ(result.message, "correct; not timed") << entry.path();
    }
    ++judged_files;
  }
  EXPECT_GE(judged_files, 15);
}

TEST(CppEvaluator, TimesACorrectKernelAgainstTheReference) {
  const records::Evaluation result = judged(kScale);
  ASSERT_TRUE(records::is_correct(result.status)) << result.message;
  ASSERT_TRUE(result.timing.has_value());
  EXPECT_EQ(result.timing->candidate_us.size(), result.timing->reference_us.size());
  EXPECT_GE(result.timing->candidate_us.size(), 6u);
  EXPECT_GT(result.timing->reference_median_us, 0);
  EXPECT_EQ(result.checks.size(), 3u);
  EXPECT_EQ(result.protocol, "strict");
  for (const char* stage : {"compile", "inputs", "verify", "time"})
    EXPECT_TRUE(result.stage_s.contains(stage)) << stage;
}

TEST(CppEvaluator, EveryStageSaysWhyItStopped) {
  EXPECT_EQ(judged("I cannot do that.").status, Status::kNoCode);
  EXPECT_EQ(judged("int x; // launch").status, Status::kScaffoldError);
  const auto broken = judged(kSignature + "{\n  out[0] = y;\n}");
  EXPECT_EQ(broken.status, Status::kCompileError);
  EXPECT_THAT(broken.message, HasSubstr("candidate:2:"));
  EXPECT_THAT(broken.message, HasSubstr("'y' was not declared"));
  EXPECT_EQ(judged(kSignature + "{ __builtin_trap(); }").status, Status::kLaunchError);
  const auto wrong = judged(kSignature + "{ for (int64_t i = 0; i < M * N; ++i) out[i] = A[i]; }");
  EXPECT_EQ(wrong.status, Status::kWrong);
  EXPECT_THAT(wrong.message, HasSubstr("wrong on 3 of 3 inputs; input 0 (A 29x37): largest error"));
  EXPECT_FALSE(wrong.timing.has_value());
}

TEST(CppEvaluator, OutputsOfTimedRepetitionsAreVerified) {
  // Right for the three checks, wrong from the fifth launch on.
  const auto result = judged(
      "static int launches;\n" + kSignature +
      "{ ++launches; for (int64_t i = 0; i < M * N; ++i) out[i] = launches > 4 ? 0 : A[i] * s; }");
  EXPECT_EQ(result.status, Status::kWrong);
  EXPECT_FALSE(result.timing.has_value());
}

TEST(CppEvaluator, OperandsRoundedToHalfPrecisionAreWrong) {
  const auto result = judged(
      kSignature + "{ for (int64_t i = 0; i < M * N; ++i) out[i] = float(_Float16(A[i])) * s; }",
      Until::kVerify);
  EXPECT_EQ(result.status, Status::kWrong) << result.message;
}

TEST(CppEvaluator, StopsWhereItIsTold) {
  EXPECT_EQ(judged(kScale, Until::kCompile).message, "compiled; not run");
  EXPECT_FALSE(judged(kScale, Until::kVerify).timing.has_value());
}

TEST(CppEvaluator, InputsFollowTheSecretSeed) {
  EvaluatorOptions other = tiny();
  other.secret_seed = 12;
  const std::string wrong = kSignature + "{ for (int64_t i = 0; i < M * N; ++i) out[i] = 0; }";
  const auto a = judged(wrong, Until::kVerify), b = judged(wrong, Until::kVerify);
  const auto c = make_evaluator(other, catalogue())->evaluate({"L1/5", wrong, ""}, Until::kVerify);
  EXPECT_EQ(a.checks[0].expected, b.checks[0].expected);
  EXPECT_NE(a.checks[0].expected, c.checks[0].expected);
}

TEST(CppEvaluator, InputsDrawnAnewAreOthersAndFollowTheSecretSeedToo) {
  const std::string wrong = kSignature + "{ for (int64_t i = 0; i < M * N; ++i) out[i] = 0; }";
  const auto twice = [&] {
    const auto judge = make_evaluator(tiny(), catalogue());
    const auto first = judge->evaluate({"L1/5", wrong, ""}, Until::kVerify);
    judge->draw_inputs_anew();
    const auto second = judge->evaluate({"L1/5", wrong, ""}, Until::kVerify);
    return std::pair(first.checks[0].expected, second.checks[0].expected);
  };
  const auto a = twice();
  EXPECT_NE(a.first, a.second);
  EXPECT_EQ(a, twice());
}

TEST(CppEvaluator, ManyAreJudgedInOrderAndCompiledOnce) {
  const std::vector<Submission> list = {{"L1/5", kScale + "//1", ""},
                                        {"L1/5", "nothing", ""},
                                        {"L1/5", kScale + "//1", ""},
                                        {"L1/19", kScale, ""}};
  std::vector<std::size_t> order;
  std::vector<Status> statuses;
  judge().evaluate_all(list, [&](std::size_t i, const records::Evaluation& e) {
    order.push_back(i);
    statuses.push_back(e.status);
  });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3}));
  EXPECT_TRUE(records::is_correct(statuses[0]));
  EXPECT_EQ(statuses[1], Status::kNoCode);
  EXPECT_TRUE(records::is_correct(statuses[2]));
  EXPECT_EQ(statuses[3], Status::kCompileError) << "the other task has no s";
}

TEST(CppEvaluator, PublicProtocolsUseThePublicToleranceAndMean) {
  for (const char* name : {"paper-fast", "kernelbench"}) {
    EvaluatorOptions options = tiny();
    options.evaluate.protocol = name;
    const auto result = make_evaluator(options, catalogue())->evaluate({"L1/5", kScale, ""});
    ASSERT_TRUE(result.timing.has_value()) << result.message;
    EXPECT_EQ(result.timing->candidate_us.size(), static_cast<std::size_t>(protocol(name).timings));
    EXPECT_EQ(result.protocol, name);
  }
}

TEST(CppEvaluator, KeepsSourcesAndLogsWhereItIsTold) {
  const core::TemporaryFolder folder;
  EvaluatorOptions options = tiny();
  options.kernel_folder = (folder.path() / "kernels").string();
  const auto result =
      make_evaluator(options, catalogue())->evaluate({"L1/5", kScale, ""}, Until::kCompile);
  EXPECT_THAT(core::read_file(folder.path() / "kernels" / (result.candidate_hash + ".cpp")),
              HasSubstr("A[i] * s"));
}

}  // namespace
}  // namespace vegttt::evaluate

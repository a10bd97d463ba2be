// The dialect `cuda` as far as a machine without a GPU can go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluate_internal.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

using records::Status;
using ::testing::HasSubstr;
using ::testing::Not;

const char* const kGood = R"(#include <cmath>
template <int threads>
__global__ void scale(const float* __restrict__ in, float* __restrict__ result, int64_t n, float factor) {
  const int64_t i = blockIdx.x * int64_t(threads) + threadIdx.x;
  if (i < n) result[i] = fmaxf(in[i], -INFINITY) * factor;
}
void launch(const float* A, float* out, Workspace& ws) {
  float* scratch = ws.alloc<float>(16);
  auto kernel = scale<256>;
  kernel<<<(M * N + 255) / 256, 256>>>(A, out, M * N, s);
}
)";

Evaluator& judge() {
  static const tasks::Catalogue catalogue = tasks::Catalogue::load();
  static const std::unique_ptr<Evaluator> one = [] {
    EvaluatorOptions options;
    options.size = "tiny";
    options.evaluate.dialect = "cuda";
    return make_evaluator(options, catalogue);
  }();
  return *one;
}

records::Evaluation judged(const std::string& code, Until until = Until::kCompile) {
  return judge().evaluate({"L1/5", code, ""}, until);
}

TEST(CudaEvaluator, CompilesAKernelWithoutAGpu) {
  const auto result = judged(kGood);
  EXPECT_EQ(result.status, Status::kUnscored) << result.log;
  EXPECT_EQ(result.message, "compiled; not run");
  EXPECT_EQ(judged(kGood, Until::kTime).message, "compiled; no GPU to run it on");
}

TEST(CudaEvaluator, ErrorsAreAtTheModelsLines) {
  std::string code = kGood;
  code.replace(code.find("fmaxf"), 5, "fmaxx");
  const auto result = judged(code);
  EXPECT_EQ(result.status, Status::kCompileError);
  EXPECT_THAT(result.message, HasSubstr("candidate:5: error: identifier \"fmaxx\" is undefined"));
  EXPECT_THAT(result.log, Not(HasSubstr("/usr")));
}

TEST(CudaEvaluator, NoFileOfTheHostCanBeRead) {
  for (const std::string line : {"#include \"/etc/passwd\"",
                                 "#include \"../../../../etc/passwd\"",
                                 "# /* x */ include </etc/hostname>",
                                 "#define F \"/etc/passwd\"\n#include F",
                                 "%:include \"/etc/passwd\"",
                                 "#inc\\\nlude \"/etc/passwd\""}) {
    const auto result = judged(line + "\n" + kGood);
    EXPECT_EQ(result.status, Status::kCompileError) << line;
    EXPECT_THAT(result.log, Not(HasSubstr("root:"))) << line;
  }
}

TEST(ForbiddenInclude, KnowsTheFrozenList) {
  EXPECT_EQ(
      forbidden_include("#include <cuda_fp16.h>\n#include <cub/block/block_reduce.cuh>\nint x;"),
      "");
  EXPECT_EQ(forbidden_include("\n#include <iostream>"),
            "candidate:2: error: header 'iostream' is not available\n");
  EXPECT_EQ(forbidden_include("/* #include <iostream>\n*/ #include <cub/../x>"),
            "candidate:2: error: header 'cub/../x' is not available\n");
  EXPECT_THAT(forbidden_include("#if __has_include(\"/etc/passwd\")"), HasSubstr("__has_include"));
  EXPECT_EQ(forbidden_include("#pragma unroll\n#define include_me 1\n// #include <x>"), "");
}

TEST(CudaEvaluator, CompilesAllSubmissionsInOrder) {
  std::vector<Status> statuses;
  judge().evaluate_all(
      {{"L1/5", kGood, ""}, {"L1/5", "void launch(", ""}, {"L1/5", "", ""}},
      [&](std::size_t, const records::Evaluation& e) { statuses.push_back(e.status); });
  EXPECT_EQ(statuses,
            (std::vector<Status>{Status::kUnscored, Status::kScaffoldError, Status::kNoCode}));
}

}  // namespace
}  // namespace vegttt::evaluate

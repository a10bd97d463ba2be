#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tasks_for_tests.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::scaffold {
namespace {

using ::testing::HasSubstr;

const char* const kGood = R"(#include <cmath>
// launch() { in a comment is no definition
static float twice(float x) { return 2 * x; }
void launch(const float* A, const int64_t* targets, const float* bias, float* out, Workspace& ws) {
  out[0] = twice(A[0]);
}
)";

std::string objection(const std::string& code) {
  const auto result = dialect("cpp").assemble(matvec_task(), "small", code);
  return result.ok() ? "" : result.error();
}

TEST(Assemble, SignatureNamesEveryTensorWithItsType) {
  EXPECT_EQ(dialect("cpp").signature(matvec_task()),
            "void launch(const float* A, const int64_t* targets, const float* bias, float* out, "
            "Workspace& ws)");
}

TEST(Assemble, DeclaresSizesConstantsAndDerivedValues) {
  const std::string text = dialect("cpp").assemble(matvec_task(), "small", kGood).value().assembled;
  EXPECT_THAT(text, HasSubstr("constexpr int64_t M = 1024;\n"));
  EXPECT_THAT(text, HasSubstr("constexpr int64_t KO = 8191;\n"));
  EXPECT_THAT(text, HasSubstr("constexpr float s = 3.14f;\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "launch(static_cast<const float*>(buffers[0]), static_cast<const int64_t*>(buffers[1]), "
          "static_cast<const float*>(buffers[2]), static_cast<float*>(buffers[3]), *ws);"));
}

TEST(Assemble, LineMapPointsAtTheModelsLines) {
  const auto candidate = dialect("cpp").assemble(matvec_task(), "tiny", kGood).value();
  const auto lines = core::lines_of(candidate.assembled);
  const auto code = core::lines_of(candidate.code);
  ASSERT_EQ(lines.size(), candidate.line_map.size());
  int mapped = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (candidate.line_map[i] == 0) continue;
    ++mapped;
    EXPECT_EQ(lines[i], code[static_cast<std::size_t>(candidate.line_map[i] - 1)]);
  }
  EXPECT_EQ(mapped, static_cast<int>(code.size()));
}

TEST(Assemble, FrameLinesBehindTheCodeKeepTheirNumbers) {
  const auto candidate = dialect("cpp").assemble(matvec_task(), "tiny", kGood).value();
  const auto lines = core::lines_of(candidate.assembled);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i)
    if (core::starts_with(lines[i], "#line") && lines[i].find("frame") != std::string_view::npos) {
      EXPECT_EQ(lines[i], "#line " + std::to_string(i + 2) + " \"frame\"");
    }
}

TEST(Assemble, HashDependsOnDialectSizeAndCode) {
  const auto task = matvec_task();
  const std::string base = dialect("cpp").assemble(task, "tiny", kGood).value().hash;
  EXPECT_EQ(base, dialect("cpp").assemble(task, "tiny", kGood).value().hash);
  EXPECT_NE(base, dialect("cpp").assemble(task, "small", kGood).value().hash);
  EXPECT_NE(base, dialect("cuda").assemble(task, "tiny", kGood).value().hash);
  EXPECT_NE(base, dialect("cpp").assemble(task, "tiny", std::string(kGood) + "\n").value().hash);
}

TEST(Assemble, SaysWhatIsMissing) {
  EXPECT_EQ(objection(kGood), "");
  EXPECT_THAT(objection("int x;"),
              HasSubstr("no definition of launch; write void launch(const float* A"));
  EXPECT_THAT(objection("// void launch(int a) {}\nconst char* s = \"launch() {\";"),
              HasSubstr("no definition"));
  EXPECT_THAT(objection("void launch(const float* A);"), HasSubstr("no definition"));
  EXPECT_THAT(objection("\nvoid launch(const float* A, std::array<int, 3> b, Workspace& ws) {}"),
              HasSubstr("candidate:2: launch has 3 parameters, this task needs 5"));
  EXPECT_THAT(objection("__global__ void launch(int a, int b, int c, int d, int e) {}"),
              HasSubstr("__global__"));
  EXPECT_THAT(objection(" \n"), HasSubstr("empty"));
  EXPECT_THAT(objection(std::string("a\0b", 3)), HasSubstr("NUL"));
  EXPECT_THAT(objection(std::string(300000, ' ') + kGood), HasSubstr("at most 262144"));
}

TEST(Assemble, DigitSeparatorsAreNoLiterals) {
  EXPECT_EQ(objection("const long n = 1'000'000;\n" + std::string(kGood)), "");
}

TEST(Dialects, UnknownNameGetsASuggestion) {
  try {
    dialect("cud");
    FAIL();
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'cuda'"));
  }
}

}  // namespace
}  // namespace vegttt::scaffold

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "process_support.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kHonest =
    "void launch(const float* A, float* out, Workspace&) { for (int64_t i = 0; i < N; ++i) out[i] "
    "= exp(A[i]); }\n";

// A source that no earlier run of this test has left in the cache.
std::string unique(const std::string& code) {
  return "// " + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count()) +
         "\n" + code;
}

}  // namespace

TEST(HostCompiler, CompilesOnceAndRemembers) {
  const auto candidate = assemble(unique(kHonest), 100);
  const CompileResult first = compiler().compile(candidate);
  ASSERT_TRUE(first.ok) << first.log;
  EXPECT_FALSE(first.cached);
  const CompileResult second = HostCompiler({10, true, ""}).compile(candidate);
  EXPECT_TRUE(second.ok && second.cached);
  EXPECT_EQ(second.library, first.library);
  EXPECT_TRUE(core::fs::exists(first.library));
}

TEST(HostCompiler, RemembersWhyACandidateDidNotCompile) {
  const auto candidate = assemble(
      unique("void launch(const float*, float* out, Workspace&) {\n  out[0] = missing;\n}"), 100);
  const CompileResult first = compiler().compile(candidate);
  EXPECT_FALSE(first.ok || first.cached || first.timed_out);
  EXPECT_THAT(first.log, HasSubstr("candidate:3:12: error: 'missing' was not declared"));
  const CompileResult second = compiler().compile(candidate);
  EXPECT_TRUE(second.cached && !second.ok);
  EXPECT_EQ(second.log, first.log);
}

TEST(HostCompiler, WithoutTheCacheEveryCompileIsReal) {
  HostCompiler uncached({10, false, ""});
  const auto candidate = assemble(kHonest, 100);
  EXPECT_FALSE(uncached.compile(candidate).cached);
  const CompileResult second = uncached.compile(candidate);
  EXPECT_TRUE(second.ok && !second.cached);
}

// Without it a candidate takes 0.5 s instead of 0.1 s, and nobody would notice.
TEST(HostCompiler, UsesThePrecompiledHeader) {
  HostCompiler verbose({10, false, "-H"});
  EXPECT_THAT(verbose.compile(assemble(kHonest, 100)).log, HasSubstr("! "));
}

TEST(HostCompiler, AnUndefinedSymbolIsACompileError) {
  const CompileResult result =
      compiler().compile(assemble("float elsewhere(float);\nvoid launch(const float*, float* out, "
                                  "Workspace&) { out[0] = elsewhere(1); }",
                                  100));
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.log, HasSubstr("undefined reference to `elsewhere(float)'"));
}

TEST(HostCompiler, ABombEndsAtTheTimeLimit) {
  HostCompiler impatient({1, true, ""});
  const CompileResult result = impatient.compile(
      assemble("template <int d, int p> struct B { static constexpr int v = B<d - 1, 2 * p>::v + "
               "B<d - 1, 2 * p + 1>::v; };\n"
               "template <int p> struct B<0, p> { static constexpr int v = 1; };\n"
               "void launch(const float*, float* out, Workspace&) { out[0] = B<29, 1>::v; }",
               100));
  EXPECT_FALSE(result.ok);
  EXPECT_TRUE(result.timed_out);
  EXPECT_LT(result.elapsed_s, 4);
}

TEST(HostCompiler, TenMegabytesOfTextEndSomehow) {
  const std::string text(10 << 20, 'x');
  const CompileResult result =
      compiler().compile(assemble("const char* text = \"" + text + "\";\n" + kHonest, 100));
  EXPECT_TRUE(result.ok || result.timed_out || !result.log.empty());
  EXPECT_LT(result.log.size(), std::size_t{1} << 17);
}

TEST(HostCompiler, ErrorsWithoutEndAreCutShort) {
  std::string code = kHonest;
  for (int i = 0; i < 3000; ++i) code += "int f" + std::to_string(i) + "() { return missing; }\n";
  EXPECT_THAT(compiler().compile(assemble(code, 100)).log,
              HasSubstr("compilation terminated due to -fmax-errors=5"));
}

TEST(HostCompiler, HeadersOfTheSystemMayBeIncluded) {
  EXPECT_TRUE(
      compiler().compile(assemble("#include <map>\n#include <thread>\n" + kHonest, 100)).ok);
}

TEST(HostCompiler, NoFileOfTheHostCanBeRead) {
  for (const std::string path :
       {"/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/1/cmdline"}) {
    const CompileResult result =
        compiler().compile(assemble("#include \"" + path + "\"\n" + kHonest, 100));
    EXPECT_FALSE(result.ok) << path;
    EXPECT_THAT(result.log, HasSubstr("fatal error: " + path))
        << "what is refused is the file, not its text";
  }
}

TEST(HostCompiler, ItsOwnFolderHoldsNothingOfOthers) {
  const core::TemporaryFolder other("vegttt-secret");
  core::write_file_atomically(other.path() / "secret.h", "#error the text of another folder\n");
  const auto candidate =
      assemble("#include \"" + (other.path() / "secret.h").string() + "\"\n" + kHonest, 100);
  EXPECT_THAT(compiler().compile(candidate).log, Not(HasSubstr("the text of another folder")));
}

TEST(HostCompiler, AMachineWithoutACompilerIsSaidPlainly) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  try {
    HostCompiler missing({10, true, ""});
    ADD_FAILURE() << "found a compiler in " << missing.version();
  } catch (const core::MachineError& e) {
    EXPECT_THAT(e.what(), HasSubstr("needs g++ in PATH"));
  }
  ::setenv("PATH", path.c_str(), 1);
}

}  // namespace vegttt::evaluate

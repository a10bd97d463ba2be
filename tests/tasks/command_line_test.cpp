// `vegttt tasks ...` as a user meets it: arguments in; exit code, stdout, stderr and files out.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/core/process.h"
#include "vegttt/core/text.h"
#include "vegttt/tensors/tensors.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;

core::ProcessResult vegttt(std::vector<std::string> words) {
  core::ProcessOptions options;
  options.argv = {VEGTTT_PROGRAM, "tasks"};
  options.argv.insert(options.argv.end(), words.begin(), words.end());
  return core::run_process(options);
}

TEST(TasksCommand, ListsTheHundredTasksAndAFoldersOwn) {
  const auto all = vegttt({"list", "--json"});
  EXPECT_EQ(all.exit_code, 0) << all.err;
  EXPECT_EQ(core::split(core::trim(all.out), '\n').size(), 100u);
  EXPECT_THAT(vegttt({"list", "--family", "attention"}).out, HasSubstr("L1/97"));
}

TEST(TasksCommand, ShowsATaskAsJson) {
  const auto shown = vegttt({"show", "4", "--json"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  const core::Json json = core::parse_json(shown.out, "stdout");
  EXPECT_EQ(json["id"], "L1/4");
  EXPECT_EQ(json["sizes"]["paper"]["inputs"][0]["shape"], core::Json({2048, 1048576}));
  EXPECT_THAT(json["reference"].get<std::string>(), HasSubstr("torch.matmul(A, B)"));
}

TEST(TasksCommand, SplitsAsThePaperAndFindsLeaks) {
  EXPECT_THAT(vegttt({"split", "--seed", "42", "--count", "5"}).out,
              HasSubstr("eval:  4 5 12 14 15\n"));
  EXPECT_THAT(vegttt({"split", "--offset", "5", "--count", "5"}).out,
              HasSubstr("eval:  18 28 29 30 32\n"));
  const auto check = vegttt({"split", "--check", "--json", "--count", "5"});
  EXPECT_THAT(check.out, HasSubstr(R"({"train_seed":42,"eval_seed":43,"leaked":[3,13,19,37]})"));
  EXPECT_THAT(check.out, HasSubstr(R"({"train_seed":42,"eval_seed":42,"leaked":[]})"));
}

TEST(TasksCommand, RunsAReferenceOnTensorsOfAnySize) {
  core::TemporaryFolder folder;
  const std::string in = (folder.path() / "in.safetensors").string(),
                    out = (folder.path() / "out.safetensors").string();
  const at::Tensor a = at::randn({3, 50}), b = at::randn({50, 1});
  tensors::save_tensors(in, {{"A", a}, {"B", b}});
  const auto ran =
      vegttt({"reference", "L1/4", "--inputs", in, "--out", out, "--dtype", "float64"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("out F64 [3, 1]"));
  const at::Tensor got = tensors::load_tensors(out).at("out"),
                   expected = at::matmul(a.to(at::kDouble), b.to(at::kDouble));
  EXPECT_TRUE(at::allclose(got, expected, 1e-13, 1e-13));
}

TEST(TasksCommand, SaysInOneLineWhatIsWrong) {
  core::TemporaryFolder folder;
  const std::string in = (folder.path() / "in.safetensors").string(),
                    out = (folder.path() / "out.safetensors").string();
  tensors::save_tensors(in, {{"A", at::randn({3, 50})}, {"C", at::randn({49, 1})}});
  const auto missing = vegttt({"reference", "4", "--inputs", in, "--out", out});
  EXPECT_EQ(missing.exit_code, static_cast<int>(core::ExitCode::kConfig));
  EXPECT_THAT(missing.err, HasSubstr("in.safetensors: there is no tensor 'B'"));
  EXPECT_THAT(missing.err, HasSubstr("try: it holds: A, C"));
  EXPECT_FALSE(core::fs::exists(out));
  tensors::save_tensors(in, {{"A", at::randn({3, 50})}, {"B", at::randn({49, 1})}});
  EXPECT_THAT(vegttt({"reference", "4", "--inputs", in, "--out", out}).err,
              HasSubstr("3x50 and 49x1"));
  EXPECT_THAT(
      vegttt({"reference", "12", "--inputs", in, "--out", out, "--reference", "hf-2024"}).err,
      HasSubstr("did you mean 'hf-2025'?"));
  EXPECT_THAT(vegttt({"show", "L1/1000"}).err, HasSubstr("did you mean 'L1/100'?"));
  EXPECT_EQ(vegttt({"shwo", "4"}).exit_code, static_cast<int>(core::ExitCode::kUsage));
}

TEST(TasksCommand, NamesFileAndOperatorOfABadTaskFile) {
  core::TemporaryFolder folder;
  const std::string file = (folder.path() / "own.yaml").string(),
                    in = (folder.path() / "in.safetensors").string();
  core::write_file_atomically(file, R"(id: own/1
name: own
sizes: {small: {N: 4}}
inputs: {x: {shape: [N], dtype: float32}}
output: {shape: [N], dtype: float32}
reference: |
  def reference(x: Tensor) -> Tensor:
      return torch.reluu(x)
work: {flops: N, bytes: 8*N, min_flops: N, min_bytes: 8*N}
)");
  tensors::save_tensors(in, {{"x", at::randn({4})}});
  const auto ran = vegttt({"reference", file, "--inputs", in, "--out", in + ".out"});
  EXPECT_EQ(ran.exit_code, static_cast<int>(core::ExitCode::kConfig));
  EXPECT_THAT(ran.err, HasSubstr("own.yaml: reference: Unknown builtin op: aten::reluu"));
}

}  // namespace
}  // namespace vegttt

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/tasks/task.h"

namespace vegttt::tasks {
namespace {

using ::testing::HasSubstr;

const std::string kTask = R"(id: my/1
name: row scaling
sizes:
  small: {N: 4, M: 8}
  tiny: {N: 3, M: 5}
constants: {s: 1.5, stride: 2}
derived: {HO: M//stride}
inputs:
  A: {shape: [N, M], dtype: float32}
  t: {shape: [N], dtype: int64, structure: class_index, classes: M}
output: {shape: [N, HO], dtype: float32}
reference: |
  def reference(A: Tensor, t: Tensor) -> Tensor:
      return A
work: {flops: N*M, bytes: 4*N*M, min_flops: N*M, min_bytes: 4*N*M}
chunk_axis: 0
chunk_inputs: {A: 0}
)";

// What is said about the good file with `from` replaced by `to`.
std::string message(const std::string& from, const std::string& to) {
  EXPECT_NE(kTask.find(from), std::string::npos) << from;
  try {
    parse_task(core::replace_all(kTask, from, to), "own.yaml");
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

TEST(ParseTask, ReadsEveryKey) {
  const Task task = parse_task(kTask, "own.yaml");
  EXPECT_EQ(task.id, "my/1");
  EXPECT_EQ(task.dimensions("tiny").at("HO"), 2);
  EXPECT_EQ(task.dimensions("small").at("stride"), 2);
  EXPECT_EQ(task.dimensions("small").reals.at(0).second, 1.5);
  EXPECT_EQ(task.output("small").sizes, (std::vector<std::int64_t>{4, 4}));
  EXPECT_EQ(task.inputs.at(1).structure, Structure::kClassIndex);
  EXPECT_EQ(task.chunk_inputs.at("A"), 0);
  EXPECT_EQ(task.work_at("tiny").bytes, 60);
  EXPECT_EQ(task.hash.size(), 12u);
}

TEST(ParseTask, NamesTheLineAndTheNearestKeyOfAnUnknownOne) {
  EXPECT_THAT(message("name:", "nmae:"),
              HasSubstr("own.yaml:2: task: unknown key 'nmae' - did you mean 'name'?"));
  EXPECT_THAT(message("classes: M", "clases: M"),
              HasSubstr("own.yaml:10: input 't': unknown key 'clases' - did you mean 'classes'?"));
  EXPECT_THAT(message("min_bytes", "min_byte"),
              HasSubstr("own.yaml:15: work: unknown key 'min_byte'"));
}

TEST(ParseTask, KnowsThreePrecisions) {
  EXPECT_EQ(parse_task(kTask, "own.yaml").contract, Contract::kFp32);
  EXPECT_EQ(parse_task(kTask + "precision: bf16\n", "own.yaml").contract, Contract::kBf16);
  EXPECT_THAT(message("chunk_axis: 0\n", "chunk_axis: 0\nprecision: fp16\n"),
              HasSubstr("precision 'fp16' is none of fp32, tf32, bf16"));
}

TEST(ParseTask, RefusesDoubledKeys) {
  EXPECT_THAT(message("name: row", "id: my/2\nname: row"),
              HasSubstr("own.yaml:2: task: key 'id' appears twice"));
  EXPECT_THAT(message("{N: 3, M: 5}", "{N: 3, N: 5}"),
              HasSubstr("own.yaml:5: size set 'tiny': key 'N' appears twice"));
}

TEST(ParseTask, RefusesNamesThatClashOrAreNoIdentifiers) {
  EXPECT_THAT(message("  A:", "  M:"),
              HasSubstr("own.yaml:9: input 'M' clashes with the size of that name"));
  EXPECT_THAT(message("HO:", "stride:"),
              HasSubstr("own.yaml:7: derived name 'stride' clashes with the constant"));
  EXPECT_THAT(message("  A:", "  A-1:"), HasSubstr("input 'A-1' is not an identifier"));
  EXPECT_THAT(message("  A:", "  out:"), HasSubstr("input 'out' is a reserved word"));
  EXPECT_THAT(message("HO", "max"), HasSubstr("'max' is a reserved word"));
}

TEST(ParseTask, NamesUnknownWordsWithASuggestion) {
  EXPECT_THAT(
      message("class_index", "class_idx"),
      HasSubstr("own.yaml:10: unknown structure 'class_idx' - did you mean 'class_index'?"));
  EXPECT_THAT(message("A: {shape: [N, M], dtype: float32", "A: {shape: [N, M], dtype: float23"),
              HasSubstr("unknown dtype 'float23' - did you mean 'float32'?"));
  EXPECT_THAT(message("classes: M", "classes: M, role: param"), HasSubstr("unknown role 'param'"));
  EXPECT_THAT(message("classes: M", "classes: M, distribution: gauss"),
              HasSubstr("unknown distribution 'gauss'"));
}

TEST(ParseTask, RefusesWhatDoesNotFitTogether) {
  EXPECT_THAT(message("structure: class_index, classes: M", "structure: sign"),
              HasSubstr("structure sign needs dtype float32, not int64"));
  EXPECT_THAT(message(", classes: M", ""),
              HasSubstr("own.yaml:10: input 't': 'classes' and structure class_index go together"));
  EXPECT_THAT(message("{N: 3, M: 5}", "{N: 3}"),
              HasSubstr("own.yaml:5: size set 'tiny' lacks 'M'"));
  EXPECT_THAT(message("[N, M], dtype: float32}", "[N, M], dtype: float32, structure: symmetric}"),
              HasSubstr("needs a square matrix"));
  EXPECT_THAT(message("min_flops: N*M", "min_flops: 2*N*M"),
              HasSubstr("min_flops is more than flops"));
  EXPECT_THAT(message("chunk_inputs: {A: 0}", "chunk_inputs: {A: 2}"),
              HasSubstr("own.yaml:17: A has no axis 2"));
  EXPECT_THAT(message("chunk_inputs: {A: 0}", "chunk_inputs: {B: 0}"),
              HasSubstr("there is no input 'B'"));
}

TEST(ParseTask, NamesTheSizeSetWhereAnExpressionFails) {
  EXPECT_THAT(message("M//stride", "M//strde"),
              HasSubstr("own.yaml:7: size set 'small': HO: expression 'M//strde': unknown name "
                        "'strde' - did you mean 'stride'?"));
  EXPECT_THAT(message("M//stride", "M - 5"),
              HasSubstr("size set 'tiny': output: extent 'HO' is 0: it must be at least 1"));
  EXPECT_THAT(message("M//stride", "s*M"), HasSubstr("'s' is 1.5, not an integer"));
  EXPECT_THAT(message("A: {shape: [N, M]", "A: {shape: [N, Q]"),
              HasSubstr("own.yaml:9: size set 'small': A: expression 'Q': unknown name 'Q'"));
}

TEST(ParseTask, RefusesWrongTypesAndMissingKeys) {
  EXPECT_THAT(message("{N: 4, M: 8}", "{N: four, M: 8}"),
              HasSubstr("own.yaml:4: expected an integer, got 'four'"));
  EXPECT_THAT(message("{N: 4, M: 8}", "{N: 0, M: 8}"),
              HasSubstr("size 'N' is 0: it must be at least 1"));
  EXPECT_THAT(message("[N, HO]", "N"), HasSubstr("own.yaml:11: expected a list, got a value"));
  EXPECT_THAT(message("{A: 0}", "[A]"),
              HasSubstr("own.yaml:17: chunk_inputs: expected a map, got a list"));
  EXPECT_THAT(message("output: {shape", "# {shape"), HasSubstr("task: key 'output' is missing"));
  EXPECT_THAT(message("id: my/1", "id: {"), HasSubstr("own.yaml:"));
}

TEST(ParseTask, NamesAnUnknownSizeSetWithTheNearest) {
  try {
    parse_task(kTask, "own.yaml").dimensions("smal");
    FAIL();
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("own.yaml: no size set 'smal' - did you mean 'small'?"));
  }
}

}  // namespace
}  // namespace vegttt::tasks

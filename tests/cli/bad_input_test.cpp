// Input that is damaged or wrong: one line that says what, where and what to try, and the exit
// code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"
#include "vegttt/core/safetensors.h"

namespace vegttt {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class BadInput : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = folder_.path() / name;
    core::make_folder(path.parent_path());
    core::write_file_atomically(path, text);
    return path.string();
  }

  core::ProcessResult check_config(const std::string& text) const {
    return vegttt_program({"config", "check", write("x.yaml", text)});
  }

  // A copy of the starter to damage.
  core::fs::path model() const {
    const auto path = folder_.path() / "model";
    core::fs::remove_all(path);
    core::fs::copy(core::fs::path(VEGTTT_SOURCE_DIR) / "configs/policies/starter", path);
    return path;
  }

  // The starter's tensors with one replaced, or left out where `tensor` is null.
  std::string weights_with(const std::string& name, const core::TensorBytes* tensor) const {
    const auto file = model() / "model.safetensors";
    const core::SafetensorsFile original(core::fs::path(VEGTTT_SOURCE_DIR) /
                                         "configs/policies/starter/model.safetensors");
    std::map<std::string, core::TensorBytes> tensors;
    for (const auto& [key, view] : original.tensors())
      tensors[key] = {view.dtype, view.shape, view.bytes};
    tensors.erase(name);
    if (tensor != nullptr) tensors[name] = *tensor;
    core::write_safetensors(file, tensors, {});
    return file.parent_path().string();
  }

  void expect_refused(const core::ProcessResult& result, const std::string& part) const {
    EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("error: "), HasSubstr(part)));
    EXPECT_THAT(result.err, Not(HasSubstr("json.exception")));
  }

  core::TemporaryFolder folder_;
};

TEST_F(BadInput, ConfigIsRefusedWithItsLine) {
  expect_refused(check_config(""), "x.yaml: is empty");
  expect_refused(check_config("seed: 1\nname: \"\xff\"\n"), "x.yaml:2: not valid UTF-8");
  expect_refused(check_config("seed: 1\nseed: 2\n"),
                 "x.yaml:2: key 'seed' was already given in line 1");
  expect_refused(check_config("tasks:\n  count: 2\ntasks.count: 3\n"),
                 "x.yaml:3: key 'tasks.count' was already given in line 2");
  expect_refused(check_config("seed: 1\n---\nseed: 2\n"), "x.yaml:3: a second document");
  expect_refused(check_config("a: &x {a: *x}\n"), "x.yaml:1: keys are nested too deeply");
  expect_refused(check_config("sampling:\n  samples_per_taks: 2\n"),
                 "x.yaml:2: unknown key 'sampling.samples_per_taks' - did you mean "
                 "'sampling.samples_per_task'?");
  expect_refused(vegttt_program({"config", "check", folder_.path().string()}), "Is a directory");
}

TEST_F(BadInput, OverrideIsRefusedAsTheCommandLines) {
  const auto file = write_tiny_experiment(folder_.path());
  expect_refused(vegttt_program({"adapt", file, "lerning_rate=1"}),
                 "command line: unknown key 'lerning_rate' - did you mean 'learn.learning_rate'?");
  expect_refused(vegttt_program({"adapt", file, "seed"}), "command line: expected key=value");
}

TEST_F(BadInput, ModelWithoutOrWithDamagedWeightsIsNamedByItsFile) {
  const auto show = [](const core::fs::path& folder) {
    return vegttt_program({"policy", "show", "--policy", folder.string()});
  };
  const auto missing = model();
  core::fs::remove(missing / "model.safetensors");
  expect_refused(show(missing), "model.safetensors: the model's weights are missing\n  try: ");
  const auto truncated = model();
  core::fs::resize_file(truncated / "model.safetensors", 100'000);
  expect_refused(show(truncated), "model.safetensors: truncated: tensor ");
  const auto absurd = model();
  core::write_file_atomically(absurd / "model.safetensors", std::string(100, '\xff'));
  expect_refused(show(absurd), "header says 18446744073709551615 bytes");
  const auto deep = model();
  auto config = core::read_file(deep / "config.json");
  const std::string key = "\"num_hidden_layers\": ";
  config.insert(config.find(key) + key.size(), "99999999999");
  core::write_file_atomically(deep / "config.json", config);
  expect_refused(show(deep), "config.json: num_hidden_layers is 99999999999");
}

TEST_F(BadInput, TensorThatIsMissingOrOfAnotherShapeIsNamed) {
  const auto show = [](const std::string& folder) {
    return vegttt_program({"policy", "show", "--policy", folder});
  };
  const std::string norm = "model.norm.weight";
  expect_refused(show(weights_with(norm, nullptr)), "tensor 'model.norm.weight' is missing");
  const std::string bytes(12, '\0');
  const core::TensorBytes three{"F32", {3}, std::as_bytes(std::span(bytes.data(), bytes.size()))};
  expect_refused(show(weights_with(norm, &three)), "tensor 'model.norm.weight' has shape [3], ");
}

TEST_F(BadInput, BrokenTokenizerIsNamed) {
  for (const char* text : {"", "{\"model\": {", "null", "{\"model\":{\"type\":3}}"}) {
    const auto folder = model();
    core::write_file_atomically(folder / "tokenizer.json", text);
    expect_refused(
        vegttt_program(
            {"policy", "tokenize", "--policy", folder.string(), "--text", write("text", "a")}),
        "tokenizer.json: ");
  }
}

TEST_F(BadInput, AdapterOfAnotherModelIsRefused) {
  const std::string adapter = VEGTTT_SOURCE_DIR "/tests/policy/data/tiny_qwen3/adapter";
  const auto other = vegttt_program({"policy", "show", "--adapter", adapter});
  expect_refused(other, "has shape [4, 32], the model needs [4, ");
  EXPECT_THAT(other.err, HasSubstr("try: the model that this adapter was made for"));
  write("adapter/adapter_config.json",
        "{\"peft_type\":\"LORA\",\"target_modules\":[],\"r\":4,\"lora_alpha\":8,"
        "\"use_rslora\":\"yes\"}");
  expect_refused(
      vegttt_program({"policy", "show", "--adapter", (folder_.path() / "adapter").string()}),
      "adapter_config.json: type must be boolean");
}

TEST_F(BadInput, OfAModelIsFoundByADryRunToo) {
  const auto folder = model();
  std::string config = core::read_file(folder / "config.json");
  config.replace(config.find("\"intermediate_size\": 1024"), 25, "\"intermediate_size\": 1000");
  core::write_file_atomically(folder / "config.json", config);
  for (const char* verb : {"adapt", "train"})
    expect_refused(vegttt_program({verb,
                                   write_tiny_experiment(folder_.path()),
                                   "policy.folder=" + folder.string(),
                                   "--dry-run"}),
                   "has shape [1024, 384], config.json asks for [1000, 384]");
}

class BadTask : public BadInput {
 protected:
  // A task file with one text in place of another.
  std::string task(const std::string& from = "", const std::string& to = "") const {
    std::string text =
        "id: own/1\nname: own\nsizes: {tiny: {N: 3}}\n"
        "inputs: {x: {shape: [N], dtype: float32}}\noutput: {shape: [N], dtype: float32}\n"
        "reference: |\n  def reference(x: Tensor) -> Tensor:\n      return torch.relu(x)\n"
        "work: {flops: N, bytes: 8*N, min_flops: N, min_bytes: 8*N}\n";
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    return write("own.yaml", text);
  }
  core::ProcessResult dry_run(const std::string& file) const {
    return vegttt_program({"adapt",
                           write_tiny_experiment(folder_.path()),
                           "tasks.ids=" + file,
                           "--out",
                           folder_.path().string(),
                           "--dry-run"});
  }
};

TEST_F(BadTask, OfOnesOwnWorksByItsPathInAnExperiment) {
  const auto result = dry_run(task());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("plan   1 tasks, 2 rollouts"));
}

TEST_F(BadTask, IsFoundBeforeAnythingIsSampled) {
  expect_refused(dry_run(task("torch.relu", "torch.reluu")), "Unknown builtin op: aten::reluu");
  expect_refused(dry_run(task("relu(x)", "relu(x")), "own.yaml: reference: expected )");
  expect_refused(dry_run(task("N: 3", "M: 3")), "unknown name 'N'");
  expect_refused(dry_run(task("tiny", "small")), "own.yaml: no size set 'tiny'");
  expect_refused(dry_run(task("own/1", "L1/1")), "its id 'L1/1' is that of configs/tasks");
  expect_refused(dry_run(write("own.yaml", "")), "own.yaml: is empty");
}

TEST_F(BadTask, WhoseOutputIsNotTheReferencesIsNotJudged) {
  const auto kernel = write("k.cpp",
                            "void launch(const float* x, float* out, Workspace& ws) {\n"
                            "  for (int i = 0; i < N; ++i) out[i] = x[i] > 0 ? x[i] : 0;\n}\n");
  expect_refused(vegttt_program({"eval",
                                 kernel,
                                 "--size",
                                 "tiny",
                                 "--task",
                                 task("output: {shape: [N]", "output: {shape: [N, N]")}),
                 "output: [3, 3] at size 'tiny', and the reference returns [3]");
}

}  // namespace
}  // namespace vegttt

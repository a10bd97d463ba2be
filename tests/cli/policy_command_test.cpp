// `vegttt policy ...` agrees with itself; scripts/oracles/compare_policy.py compares it with
// transformers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "program.h"
#include "vegttt/core/json.h"
#include "vegttt/core/safetensors.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;

core::Json parsed(const core::ProcessResult& result) {
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return core::parse_json(result.out, "stdout");
}

class PolicyCommand : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    core::write_file_atomically(folder_.path() / name, text);
    return (folder_.path() / name).string();
  }
  core::TemporaryFolder folder_;
};

TEST_F(PolicyCommand, ShowsAModelAsJson) {
  const auto json = parsed(vegttt_program({"policy", "show", "--json"}));
  EXPECT_EQ(json["model_type"], "qwen3");
  EXPECT_LE(json["tokens"].get<int>(), json["vocab"].get<int>());
}

TEST_F(PolicyCommand, GivesBackTheTextThatItTokenized) {
  const std::string text = "void launch(const float* x) {\n\t// h\xc3\xa9 \xe2\x82\xac  1e-5f\n}\n";
  const auto tokens = vegttt_program({"policy", "tokenize", "--text", write("text", text)});
  const auto back = vegttt_program({"policy", "tokenize", "--ids", write("ids", tokens.out)});
  EXPECT_EQ(back.exit_code, 0) << back.err;
  EXPECT_EQ(back.out, text);
}

TEST_F(PolicyCommand, GeneratesWhatItsLogprobsSay) {
  const auto json = parsed(vegttt_program({"policy",
                                           "generate",
                                           "--json",
                                           "-q",
                                           "--prompt",
                                           write("prompt", "x float32[N]"),
                                           "--samples",
                                           "2",
                                           "--max-new-tokens",
                                           "24",
                                           "--temperature",
                                           "0.8",
                                           "--seed",
                                           "3"}));
  ASSERT_EQ(json["completions"].size(), 2u);
  const auto& sampled = json["completions"][1];
  auto tokens = json["prompt_tokens"];
  const std::size_t prompt = tokens.size();
  for (const auto& token : sampled["tokens"]) tokens.push_back(token);
  const auto out = (folder_.path() / "out.safetensors").string();
  const auto scored = vegttt_program({"policy",
                                      "logprobs",
                                      "--tokens",
                                      write("tokens", tokens.dump()),
                                      "--temperature",
                                      "0.8",
                                      "--out",
                                      out});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  const core::SafetensorsFile file(out);
  const auto bytes = file.tensors().at("logprobs").bytes;
  std::vector<float> logprobs(bytes.size() / sizeof(float));
  std::memcpy(logprobs.data(), bytes.data(), bytes.size());
  for (std::size_t i = 0; i < sampled["logprobs"].size(); ++i)
    EXPECT_NEAR(logprobs.at(prompt - 1 + i), sampled["logprobs"][i].get<float>(), 1e-4) << i;
}

TEST_F(PolicyCommand, SaysWhatIsWrongWithItsArguments) {
  EXPECT_EQ(vegttt_program({"policy"}).exit_code, 2);
  EXPECT_THAT(vegttt_program({"policy", "shwo"}).err, HasSubstr("did you mean 'show'?"));
  EXPECT_EQ(vegttt_program({"policy", "tokenize"}).exit_code, 2);
  EXPECT_EQ(vegttt_program({"policy", "generate"}).exit_code, 2);
  const auto outside = vegttt_program(
      {"policy", "logprobs", "--tokens", write("ids", "[1, 999999]"), "--out", "/dev/null"});
  EXPECT_EQ(outside.exit_code, 3);
  EXPECT_THAT(outside.err, HasSubstr("a token id is outside the model's vocabulary"));
  EXPECT_THAT(vegttt_program({"policy", "show", "--policy", "no/such"}).err,
              HasSubstr("nothing is downloaded"));
}

}  // namespace
}  // namespace vegttt

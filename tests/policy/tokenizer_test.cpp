#include "vegttt/policy/tokenizer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "vegttt/core/error.h"
#include "vegttt/core/process.h"
#include "vegttt/core/utf8.h"
#include "vegttt/policy/bpe_trainer.h"

namespace vegttt::policy {
namespace {

using nlohmann::json;

json vectors() {
  return json::parse(core::read_file(core::fs::path(VEGTTT_SOURCE_DIR) /
                                     "tests/policy/data/tokenizer_vectors.json"));
}

// The official files are too large for a repository; where a copy lies beside the checkout, it is
// used.
std::unique_ptr<Tokenizer> official(const std::string& family) {
  const auto packed = core::fs::path(VEGTTT_SOURCE_DIR) / "../shared/testdata/tokenizers" / family /
                      "tokenizer.json.xz";
  if (!core::fs::exists(packed)) return nullptr;
  core::ProcessOptions unpack;
  unpack.argv = {"xz", "-dkc", packed.string()};
  unpack.max_output_bytes = 64 << 20;
  return parse_tokenizer(core::run_process(unpack).out, packed.string());
}

class OfficialTokenizer : public testing::TestWithParam<const char*> {};

TEST_P(OfficialTokenizer, EncodesAndDecodesAsHuggingFaceDoes) {
  const auto tokenizer = official(GetParam());
  if (!tokenizer) GTEST_SKIP() << "no official tokenizer files beside the checkout";
  const json tests = vectors()[GetParam()];
  ASSERT_GT(tests.size(), 30u);
  for (const auto& test : tests) {
    const auto text = test["text"].get<std::string>();
    const auto ids = test["ids"].get<std::vector<int>>();
    EXPECT_EQ(tokenizer->encode(text), ids) << json(text);
    EXPECT_EQ(tokenizer->decode(ids, true), test["decoded"].get<std::string>());
  }
}

INSTANTIATE_TEST_SUITE_P(Families,
                         OfficialTokenizer,
                         testing::Values("gpt-oss", "qwen2.5", "qwen3"),
                         [](const auto& info) {
                           return std::string(info.param) == "gpt-oss" ? "GptOss"
                                  : info.param == std::string("qwen3") ? "Qwen3"
                                                                       : "Qwen25";
                         });

// What each pre-tokenizer, normaliser, kind of merge list and flag of added tokens does.
TEST(Tokenizer, EveryKindOfFileEncodesAndDecodesAsHuggingFaceDoes) {
  const json small = vectors()["small"];
  for (const auto& variant : small["variants"]) {
    json file = small["base"];
    for (const auto& [key, value] : variant["changes"].items()) {
      if (key != "model") file[key] = value;
    }
    for (const auto& [key, value] : variant["changes"]["model"].items()) file["model"][key] = value;
    const auto tokenizer = parse_tokenizer(file.dump(), variant["name"]);
    for (const auto& test : variant["cases"]) {
      const auto ids = test["ids"].get<std::vector<int>>();
      EXPECT_EQ(tokenizer->encode(test["text"].get<std::string>()), ids)
          << variant["name"] << test["text"];
      EXPECT_EQ(tokenizer->decode(ids), test["decoded"].get<std::string>()) << variant["name"];
    }
  }
}

// Backtracking over a long run needs more than the stack of the compiled pattern.
TEST(Tokenizer, AnyPatternSplitsAVeryLongRun) {
  const auto tokenizer =
      parse_tokenizer(train_bpe({"ab"}, 258, {}, "(?:a|b)+?(?=c)|[^c]+|c").dump(), "t");
  EXPECT_EQ(tokenizer->encode(std::string(300000, 'a') + "c").size(), 300001u);
  const auto greedy = parse_tokenizer(train_bpe({"ab"}, 258, {}, "(?:a|(b))+c?").dump(), "t");
  EXPECT_EQ(greedy->encode(std::string(300000, 'a') + "c").size(), 300001u);
}

TEST(StreamDecoder, PiecesAreWholeCharactersAndTogetherTheDecodedText) {
  const auto tokenizer = parse_tokenizer(train_bpe({"abc"}, 259, {"<|end|>"}).dump(), "t");
  const std::string text = "a\u00e9\u65e5\U0001f469 <|end|>z";
  std::vector<int> tokens = tokenizer->encode(text);
  const int cut = tokenizer->encode("\u65e5")[0];
  tokens.insert(tokens.end(), {cut, cut, tokenizer->id_of("a"), cut});  // no characters
  StreamDecoder stream(*tokenizer);
  std::string all;
  for (const int token : tokens) {
    const std::string piece = stream.push(token);
    EXPECT_EQ(core::first_line_not_utf8(piece), 0);
    all += piece;
  }
  all += stream.finish();
  EXPECT_EQ(all, tokenizer->decode(tokens));
  EXPECT_EQ(all, "a\u00e9\u65e5\U0001f469 z\ufffd\ufffda\ufffd");
}

TEST(StreamDecoder, OneReplacementStandsForTheLongestPartThatCouldBeginACharacter) {
  Utf8Stream stream;
  EXPECT_EQ(stream.push("\xF0\x9F\x91"), "");
  EXPECT_EQ(stream.push("x"), "\uFFFDx");
  EXPECT_EQ(stream.push("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(stream.push("\xE6\x97"), "");
  EXPECT_EQ(stream.finish(), "\uFFFD");
  EXPECT_EQ(stream.finish(), "");
}

TEST(BpeTrainer, LearnsTheMergesThatHuggingFaceLearns) {
  const json expected = vectors()["trained"];
  const auto trained = train_bpe(expected["texts"].get<std::vector<std::string>>(),
                                 expected["vocabulary"].get<int>() + 1,
                                 {"<|end|>"});
  EXPECT_EQ(json(trained["model"]["merges"]), expected["merges"]);
  const auto tokenizer = parse_tokenizer(trained.dump(), "trained");
  for (const auto& test : expected["cases"]) {
    EXPECT_EQ(tokenizer->encode(test["text"].get<std::string>()),
              test["ids"].get<std::vector<int>>())
        << test["text"];
  }
}

TEST(BpeTrainer, EveryTextComesBack) {
  const json expected = vectors()["trained"];
  const auto tokenizer = parse_tokenizer(
      train_bpe(expected["texts"].get<std::vector<std::string>>(), 300, {"<|end|>"}).dump(), "t");
  for (const auto& test : expected["cases"]) {
    const auto text = test["text"].get<std::string>();
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text), true), text);
  }
}

TEST(Tokenizer, SpecialTokensAreRecognisedAndSkipped) {
  const auto tokenizer =
      parse_tokenizer(train_bpe({"abc"}, 300, {"<|end|>", "<|end|>2"}).dump(), "t");
  const int end = tokenizer->id_of("<|end|>"), longer = tokenizer->id_of("<|end|>2");
  EXPECT_EQ(tokenizer->vocabulary(), longer + 1);
  EXPECT_EQ(tokenizer->encode("<|end|><|end|>2"), (std::vector<int>{end, longer}));
  EXPECT_EQ(tokenizer->decode({end, tokenizer->id_of("b"), longer}, true), "b");
  EXPECT_EQ(tokenizer->decode({end, tokenizer->id_of("b")}, false), "<|end|>b");
  EXPECT_EQ(tokenizer->id_of("<|none|>"), -1);
}

TEST(Tokenizer, InvalidUtf8BecomesReplacementCharacters) {
  const auto tokenizer = parse_tokenizer(train_bpe({"abc"}, 300, {}).dump(), "t");
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("a\xff z"), true), "a\xEF\xBF\xBD z");
  EXPECT_EQ(tokenizer->decode({tokenizer->encode("é")[0]}, true), "\xEF\xBF\xBD");
}

TEST(Tokenizer, OtherKindsAreRefusedNamingTheFile) {
  for (const char* text : {R"({"model": {"type": "Unigram", "vocab": []}})",
                           R"({"model": {"type": "BPE", "vocab": {}, "merges": []}})",
                           "{"}) {
    try {
      parse_tokenizer(text, "folder/tokenizer.json");
      FAIL() << text;
    } catch (const core::UserError& error) {
      EXPECT_NE(std::string(error.what()).find("folder/tokenizer.json"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace vegttt::policy

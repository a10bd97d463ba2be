#include "vegttt/policy/chat.h"

#include <gtest/gtest.h>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/policy/bpe_trainer.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::policy {
namespace {

using core::Json;

std::unique_ptr<Tokenizer> some_tokenizer() {
  return parse_tokenizer(train_bpe({"abc"},
                                   270,
                                   {"<|end|>",
                                    "<|im_start|>",
                                    "<|im_end|>",
                                    "<|start|>",
                                    "<|channel|>",
                                    "<|message|>",
                                    "<|return|>",
                                    "<|call|>",
                                    "<|eot_id|>"})
                             .dump(),
                         "t");
}

ChatFormat format_of(const std::string& tokenizer_config, const std::string& reasoning = "auto") {
  const core::TemporaryFolder folder;
  core::write_file_atomically(folder.path() / "tokenizer_config.json", tokenizer_config);
  ModelConfig config;
  config.end_tokens = {7};
  return load_chat_format(folder.path(), *some_tokenizer(), config, reasoning);
}

std::string answer(const ChatFormat& format, const std::string& completion) {
  const auto tokenizer = some_tokenizer();
  return format.answer_of(*tokenizer, tokenizer->encode(completion));
}

TEST(ChatFormat, ConversationsAreWrittenAsTransformersWritesThem) {
  const auto path = core::fs::path(VEGTTT_SOURCE_DIR) / "tests/policy/data/chat_vectors.json";
  for (const auto& family : core::parse_json(core::read_file(path), path.string())) {
    ChatFormat format = format_of(family["config"].dump(), family["reasoning"].get<std::string>());
    const auto date = family["date"].get<std::string>();
    if (!date.empty())
      (format.kind == ChatFormat::Kind::kHarmony ? format.current_date : format.date) = date;
    for (const auto& test : family["cases"]) {
      std::vector<ChatMessage> messages;
      for (const auto& message : test["messages"]) {
        messages.push_back(
            {message["role"].get<std::string>(), message["content"].get<std::string>(), ""});
      }
      EXPECT_EQ(format.render(messages), test["text"].get<std::string>()) << family["name"];
    }
  }
}

TEST(ChatFormat, PlainSendsTheTextAsItIs) {
  const ChatFormat format = format_of(R"({"chat_format": "plain", "chat_template": "{{ odd }}"})");
  EXPECT_EQ(format.render("", "user text"), "user text");
  EXPECT_EQ(format.render("system", "user"), "system\nuser");
  EXPECT_EQ(answer(format, "x</think>y<|end|>"), "x</think>y");
}

TEST(ChatFormat, EndTokensAreTheConfigsAndTheUsualOnes) {
  const auto tokenizer = some_tokenizer();
  const ChatFormat format = format_of(R"({"chat_format": "plain"})");
  EXPECT_EQ(format.end_tokens,
            (std::vector<int>{7, tokenizer->id_of("<|end|>"), tokenizer->id_of("<|im_end|>")}));
  // In harmony <|end|> ends a message of several.
  EXPECT_EQ(format_of(R"({"chat_format": "harmony"})").end_tokens,
            (std::vector<int>{7, tokenizer->id_of("<|return|>"), tokenizer->id_of("<|call|>")}));
  EXPECT_EQ(format_of(R"({"chat_format": "llama3"})").end_tokens,
            (std::vector<int>{7, tokenizer->id_of("<|eot_id|>")}));
}

TEST(ChatFormat, ChatMlAnswersComeWithoutWhatWasThought) {
  const ChatFormat format = format_of(R"({"chat_template": "<|im_start|> enable_thinking"})");
  EXPECT_EQ(answer(format, "<think>\nhm\n</think>\n\ncode<|im_end|>"), "code");
  EXPECT_EQ(answer(format, "code"), "code");
}

TEST(ChatFormat, TheFinalChannelIsTheAnswer) {
  const ChatFormat format = format_of(R"({"chat_template": "<|channel|>"})");
  EXPECT_EQ(
      answer(format,
             "<|channel|>analysis<|message|>hm, ```code```<|end|><|start|>assistant<|channel|>final"
             "<|message|>the answer<|return|>"),
      "the answer");
  EXPECT_EQ(answer(format, "<|channel|>final<|message|>cut of"), "cut of");
  EXPECT_EQ(answer(format, "<|channel|>analysis<|message|>never came to an en"), "");
  EXPECT_EQ(
      answer(format,
             "<|channel|>final<|message|>first<|end|><|start|>assistant<|channel|>final<|message|>"
             "second<|return|>"),
      "second");
  const ChatFormat direct = format_of(R"({"chat_template": "<|channel|>"})", "off");
  EXPECT_TRUE(direct.render("", "u").ends_with("<|start|>assistant<|channel|>final<|message|>"));
  EXPECT_EQ(answer(direct, "at once<|return|>"), "at once");
}

TEST(ChatFormat, AHarmonyPromptDoesNotDependOnTheDay) {
  const ChatFormat format = format_of(R"({"chat_template": "<|channel|>"})");
  EXPECT_EQ(
      format.render("", "What is 2 + 2?"),
      "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\n"
      "Knowledge cutoff: 2024-06\n\nReasoning: medium\n\n# Valid channels: analysis, commentary, "
      "final. Channel must be included for every message.<|end|><|start|>user<|message|>What is 2 "
      "+ "
      "2?<|end|><|start|>assistant");
}

TEST(ChatFormat, AReasoningSwitchThatTheModelLacksIsRefused) {
  EXPECT_THROW(format_of(R"({"chat_template": "<|im_start|>"})", "high"), core::UserError);
  EXPECT_THROW(format_of(R"({"chat_template": "<|im_start|> enable_thinking"})", "high"),
               core::UserError);
  EXPECT_NO_THROW(format_of(R"({"chat_template": "<|im_start|>"})", "off"));
}

TEST(ChatFormat, ForeignTemplatesAreRefusedInOneLine) {
  for (const char* config :
       {R"({"chat_template": "[INST] {{ x }} [/INST]"})", R"({"chat_format": "odd"})"}) {
    try {
      format_of(config);
      FAIL() << config;
    } catch (const core::UserError& error) {
      EXPECT_NE(std::string(error.what()).find("tokenizer_config.json"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace vegttt::policy

#include "vegttt/policy/chat.h"

#include <gtest/gtest.h>

#include "vegttt/core/error.h"
#include "vegttt/policy/bpe_trainer.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::policy {
namespace {

ChatFormat format_of(const std::string& tokenizer_config) {
  const core::TemporaryFolder folder;
  core::write_file_atomically(folder.path() / "tokenizer_config.json", tokenizer_config);
  const auto tokenizer = parse_tokenizer(
      train_bpe({"abc"}, 262, {"<|end|>", "<|im_start|>", "<|im_end|>"}).dump(), "t");
  ModelConfig config;
  config.end_tokens = {7};
  return load_chat_format(folder.path(), *tokenizer, config);
}

TEST(ChatFormat, PlainSendsTheTextAsItIs) {
  const ChatFormat format = format_of(R"({"chat_format": "plain", "chat_template": "{{ odd }}"})");
  EXPECT_EQ(format.render("", "user text"), "user text");
  EXPECT_EQ(format.render("system", "user"), "system\nuser");
  EXPECT_EQ(format.answer_of("x</think>y"), "x</think>y");
}

TEST(ChatFormat, EndTokensAreTheConfigsAndTheUsualOnes) {
  const ChatFormat format = format_of(R"({"chat_format": "plain"})");
  EXPECT_EQ(format.end_tokens.size(), 3u);  // 7, <|end|>, <|im_end|>
  EXPECT_EQ(format.end_tokens[0], 7);
}

TEST(ChatFormat, ChatMlIsRecognisedByItsTemplate) {
  const ChatFormat format = format_of(R"({"chat_template": "<|im_start|> enable_thinking"})");
  EXPECT_EQ(format.render("s", "u"),
            "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nu<|im_end|>\n<|im_start|>"
            "assistant\n<think>\n\n</think>\n\n");
  EXPECT_EQ(format.render("", "u"),
            "<|im_start|>user\nu<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n");
  EXPECT_EQ(format.answer_of("<think>\nhm\n</think>\n\ncode"), "code");
  EXPECT_EQ(format.answer_of("code"), "code");
}

TEST(ChatFormat, ForeignTemplatesAreRefused) {
  EXPECT_THROW(format_of(R"({"chat_template": "<|start_header_id|>"})"), core::UserError);
  EXPECT_THROW(format_of(R"({"chat_format": "harmony"})"), core::UserError);
}

}  // namespace
}  // namespace vegttt::policy

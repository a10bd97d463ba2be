// How a model is asked: from messages to the text that is tokenized, and back. The formats are
// written out here; a chat template is only read to recognise its family and the few places where
// families differ.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/policy/model_config.h"
#include "vegttt/policy/policy.h"

namespace vegttt::policy {

struct ChatMessage {
  std::string role;  // system, user, assistant; ChatML: tool as well
  std::string content;
  std::string thinking;  // of an assistant, kept only where the format keeps it
};

struct ChatFormat {
  enum class Kind {
    kPlain,    // the text as it is; <|end|> ends a completion
    kChatMl,   // <|im_start|>role\n..<|im_end|>\n: Qwen
    kLlama3,   // <|start_header_id|>role<|end_header_id|>\n\n..<|eot_id|>
    kHarmony,  // <|start|>role<|channel|>..<|message|>..<|end|>: gpt-oss
  };
  Kind kind = Kind::kPlain;
  std::string default_system;   // ChatML: what stands there when the caller gives none
  std::string answer_prefix;    // written before the model's first token
  std::vector<int> end_tokens;  // any of them ends a completion

  bool strips_thinking = false;  // ChatML: <think> blocks of earlier turns are left out (Qwen3)
  // Llama 3.1 and later name two dates in the system message. A prompt does not depend on the day:
  // this is the template's own fallback.
  bool names_dates = false;
  std::string date = "26 Jul 2024";
  std::string bos = "<|begin_of_text|>";
  // Harmony. `current_date` is left out when empty.
  std::string effort = "medium";
  std::string current_date;
  // Where published gpt-oss templates differ from the format's description.
  bool lower_case_reasoning = false, always_names_functions = false;
  bool blank_behind_instructions = false, history_without_channel = false;

  // The prompt for the next answer.
  std::string render(const std::vector<ChatMessage>& messages) const;
  std::string render(const std::string& system, const std::string& user) const;
  // The answer in a completion: the final channel, no <think> block, no special tokens. Empty when
  // a harmony completion ended before its final channel.
  std::string answer_of(const Tokenizer& tokenizer, const std::vector<int>& completion) const;
};

// "plain", "chatml", "llama3", "harmony".
std::string name_of(ChatFormat::Kind kind);

// From tokenizer_config.json: `chat_format` (one of the names above) where we wrote it, else
// recognised from the chat template; a folder without a template is plain (gpt-oss: harmony).
// `reasoning`: auto, off, on, low, medium or high (config's policy.reasoning). Throws UserError on
// a template of another family and on a reasoning switch that the model lacks.
ChatFormat load_chat_format(const core::fs::path& folder,
                            const Tokenizer& tokenizer,
                            const ModelConfig& config,
                            const std::string& reasoning = "auto");

// The prompt frame that a model was made for: `prompt_frame` in tokenizer_config.json, else "full".
std::string preferred_frame(const core::fs::path& folder);

}  // namespace vegttt::policy

// How a model is asked: from system and user text to the text that is tokenized, and back.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/policy/model_config.h"
#include "vegttt/policy/policy.h"

namespace vegttt::policy {

struct ChatFormat {
  enum class Kind {
    kPlain,   // the text as it is; <|end|> ends a completion
    kChatMl,  // <|im_start|>role\n..<|im_end|>\n, Qwen
  };
  Kind kind = Kind::kPlain;
  std::string default_system;   // ChatML: what stands there when the caller gives none
  std::string answer_prefix;    // written before the model's first token
  std::vector<int> end_tokens;  // any of them ends a completion

  std::string render(const std::string& system, const std::string& user) const;
  // The decoded completion without a <think> block.
  std::string answer_of(const std::string& decoded) const;
};

// From tokenizer_config.json: `chat_format` ("plain" or "chatml") where we wrote it, else
// recognised from the chat template; a folder without a template is plain. Throws UserError on a
// template of another family.
ChatFormat load_chat_format(const core::fs::path& folder,
                            const Tokenizer& tokenizer,
                            const ModelConfig& config);

// The prompt frame that a model was made for: `prompt_frame` in tokenizer_config.json, else "full".
std::string preferred_frame(const core::fs::path& folder);

}  // namespace vegttt::policy

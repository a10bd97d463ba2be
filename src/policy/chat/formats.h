// One renderer per family; `format` says the variant.
#pragma once

#include "vegttt/policy/chat.h"

namespace vegttt::policy::chat {

using Messages = std::vector<ChatMessage>;

std::string render_chatml(const ChatFormat& format, const Messages& messages);
std::string render_llama3(const ChatFormat& format, const Messages& messages);
std::string render_harmony(const ChatFormat& format, const Messages& messages);

// Behind the last </think>.
std::string without_thinking(const std::string& text);
// The content of the last message on the final channel. `text` is what follows <|start|>assistant.
std::string final_channel(const std::string& text);

// As Python's strip().
std::string stripped(const std::string& text);
// Newlines at the left, at the right.
std::string lstrip_lines(const std::string& text);
std::string rstrip_lines(const std::string& text);

}  // namespace vegttt::policy::chat

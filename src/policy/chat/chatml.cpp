#include "chat/formats.h"

namespace vegttt::policy::chat {
namespace {

const std::string kEnd = "<|im_end|>\n", kThinkEnd = "</think>";

std::string message(const std::string& role, const std::string& text) {
  return "<|im_start|>" + role + "\n" + text + kEnd;
}

// Results of tools are what the user says; those that follow one another share a message.
std::string tool_result(const Messages& messages, std::size_t i) {
  const auto is_tool = [&](std::size_t j) {
    return j < messages.size() && messages[j].role == "tool";
  };
  std::string text = i > 0 && is_tool(i - 1) ? "" : "<|im_start|>user";
  text += "\n<tool_response>\n" + messages[i].content + "\n</tool_response>";
  return is_tool(i + 1) ? text : text + kEnd;
}

bool is_tool_response(const std::string& text) {
  return text.starts_with("<tool_response>") && text.ends_with("</tool_response>");
}

// The last thing that the user asked: what was thought before it is forgotten.
std::size_t last_query(const Messages& messages) {
  for (std::size_t i = messages.size(); i-- > 0;) {
    if (messages[i].role == "user" && !is_tool_response(messages[i].content)) return i;
  }
  return messages.empty() ? 0 : messages.size() - 1;
}

// Thought and answer of a message that holds both in its content.
ChatMessage taken_apart(const ChatMessage& message) {
  ChatMessage parts = message;
  const auto first = message.content.find(kThinkEnd);
  if (!message.thinking.empty() || first == std::string::npos) return parts;
  parts.content = without_thinking(message.content);
  const std::string before = rstrip_lines(message.content.substr(0, first));
  const auto begin = before.rfind("<think>");
  parts.thinking = lstrip_lines(begin == std::string::npos ? before : before.substr(begin + 7));
  return parts;
}

std::string assistant(const Messages& messages, std::size_t i, std::size_t query) {
  const ChatMessage parts = taken_apart(messages[i]);
  const bool last = i + 1 == messages.size();
  if (i <= query || (!last && parts.thinking.empty())) return message("assistant", parts.content);
  return message("assistant",
                 "<think>\n" + rstrip_lines(lstrip_lines(parts.thinking)) + "\n</think>\n\n" +
                     lstrip_lines(parts.content));
}

}  // namespace

std::string without_thinking(const std::string& text) {
  const auto thought = text.rfind(kThinkEnd);
  return thought == std::string::npos ? text
                                      : lstrip_lines(text.substr(thought + kThinkEnd.size()));
}

std::string render_chatml(const ChatFormat& format, const Messages& messages) {
  std::string text;
  const bool has_system = !messages.empty() && messages[0].role == "system";
  if (!has_system && !format.default_system.empty())
    text = message("system", format.default_system);
  const std::size_t query = last_query(messages);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].role == "tool")
      text += tool_result(messages, i);
    else if (messages[i].role == "assistant" && format.strips_thinking)
      text += assistant(messages, i, query);
    else
      text += message(messages[i].role, messages[i].content);
  }
  return text + "<|im_start|>assistant\n" + format.answer_prefix;
}

}  // namespace vegttt::policy::chat

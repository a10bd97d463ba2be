// Without tools: no function namespaces, no commentary channel in what we write. An answer may
// still hold one.
#include "chat/formats.h"

namespace vegttt::policy::chat {
namespace {

const std::string kFinal = "<|channel|>final<|message|>";

std::string message(const std::string& header, const std::string& text) {
  return "<|start|>" + header + "<|message|>" + text + "<|end|>";
}

std::string system_text(const ChatFormat& format) {
  std::string text =
      "You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n";
  if (!format.current_date.empty()) text += "Current date: " + format.current_date + "\n";
  text += (format.lower_case_reasoning ? "\nreasoning: " : "\nReasoning: ") + format.effort;
  text +=
      "\n\n# Valid channels: analysis, commentary, final. Channel must be included for every "
      "message.";
  if (format.always_names_functions)
    text += "\nCalls to these tools must go to the commentary channel: 'functions'.";
  return text;
}

std::string instructions(const ChatFormat& format, const std::string& text) {
  return message("developer",
                 "# Instructions\n\n" + text + (format.blank_behind_instructions ? "\n\n" : ""));
}

// Earlier answers come without what was thought.
std::string answer(const ChatFormat& format, const ChatMessage& said) {
  const bool bare = format.history_without_channel && said.thinking.empty();
  return message(bare ? "assistant" : "assistant<|channel|>final", said.content);
}

}  // namespace

std::string render_harmony(const ChatFormat& format, const Messages& messages) {
  std::string text = message("system", system_text(format));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const ChatMessage& said = messages[i];
    const bool instructs = said.role == "system" || said.role == "developer";
    if (i == 0 && instructs && said.content.empty()) continue;
    text += instructs                  ? instructions(format, said.content)
            : said.role == "assistant" ? answer(format, said)
                                       : message(said.role, said.content);
  }
  return text + "<|start|>assistant" + format.answer_prefix;
}

std::string final_channel(const std::string& text) {
  const auto begin = text.rfind(kFinal);
  if (begin == std::string::npos) return "";
  const std::string content = text.substr(begin + kFinal.size());
  std::size_t end = content.size();
  for (const char* token : {"<|return|>", "<|end|>", "<|call|>", "<|start|>", "<|endoftext|>"})
    end = std::min(end, content.find(token));
  return content.substr(0, end);
}

}  // namespace vegttt::policy::chat

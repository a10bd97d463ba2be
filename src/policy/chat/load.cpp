#include <algorithm>
#include <utility>

#include "chat/formats.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/policy/chat.h"

namespace vegttt::policy {
namespace {

std::string read_if_there(const core::fs::path& path) {
  return core::fs::exists(path) ? core::read_file(path) : "";
}

core::Json tokenizer_config(const core::fs::path& folder) {
  const auto path = folder / "tokenizer_config.json";
  if (!core::fs::exists(path)) return core::Json::object();
  return core::parse_json(core::read_file(path), path.string());
}

// Named templates come as a list of {name, template}; the default one counts.
std::string template_of(const core::fs::path& folder, const core::Json& config) {
  const auto found = config.find("chat_template");
  if (found != config.end() && found->is_string()) return found->get<std::string>();
  if (found != config.end() && found->is_array()) {
    for (const auto& named : *found) {
      if (core::get_or<std::string>(named, "name", "") == "default")
        return core::get_or<std::string>(named, "template", "");
    }
  }
  return read_if_there(folder / "chat_template.jinja");
}

using Kind = ChatFormat::Kind;

const std::vector<std::pair<Kind, std::string>>& names() {
  static const std::vector<std::pair<Kind, std::string>> list = {{Kind::kPlain, "plain"},
                                                                 {Kind::kChatMl, "chatml"},
                                                                 {Kind::kLlama3, "llama3"},
                                                                 {Kind::kHarmony, "harmony"}};
  return list;
}

Kind kind_named(const std::string& name, const std::string& where) {
  for (const auto& [kind, known] : names()) {
    if (known == name) return kind;
  }
  throw core::UserError("chat_format '" + name + "' is not known (plain, chatml, llama3, harmony)",
                        where);
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

Kind kind_of(const std::string& chat_template,
             const ModelConfig& config,
             const std::string& where) {
  if (chat_template.empty()) return config.model_type == "gpt_oss" ? Kind::kHarmony : Kind::kPlain;
  if (has(chat_template, "<|channel|>") || has(chat_template, "<|start|>assistant<|message|>"))
    return Kind::kHarmony;
  if (has(chat_template, "<|start_header_id|>")) return Kind::kLlama3;
  if (has(chat_template, "<|im_start|>")) return Kind::kChatMl;
  throw core::UserError(
      "the chat template is of a family that is not supported (known: ChatML, Llama-3, harmony)",
      where,
      "write \"chat_format\": \"plain\" into tokenizer_config.json to send prompts as they are");
}

// The system text that stands in the template itself: between its marks, in one piece. A template's
// strings write a line end either way.
std::string default_system_of(const std::string& chat_template) {
  for (const std::string& mark :
       {std::string("<|im_start|>system\\n"), std::string("<|im_start|>system\n")}) {
    for (auto at = chat_template.find(mark); at != std::string::npos;
         at = chat_template.find(mark, at + 1)) {
      const auto begin = at + mark.size(), end = chat_template.find_first_of("'\"<{", begin);
      if (end != std::string::npos && end > begin &&
          chat_template.compare(end, 10, "<|im_end|>") == 0)
        return chat_template.substr(begin, end - begin);
    }
  }
  return "";
}

// What stands between two places of a template, without blanks and line ends.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto begin = text.find(from);
  if (begin == std::string::npos) return "";
  const auto end = text.find(to, begin + from.size());
  std::string part = text.substr(begin + from.size(), end - begin - from.size());
  std::erase_if(part, [](char c) { return c == ' ' || c == '\n'; });
  return part;
}

void read_harmony(const std::string& chat_template, ChatFormat& format) {
  format.lower_case_reasoning = has(chat_template, "\"reasoning: \"");
  format.always_names_functions = has(chat_template, "every message.\\n");
  format.blank_behind_instructions =
      between(chat_template, "{{- developer_message }}", "endif").starts_with("{{-\"\\n\\n\"");
  format.history_without_channel = has(chat_template, "<|start|>assistant<|message|>");
}

// A token's text, in either form that tokenizer_config.json knows.
std::string token_text(const core::Json& config, const char* key, const std::string& fallback) {
  const auto found = config.find(key);
  if (found == config.end()) return fallback;
  if (found->is_string()) return found->get<std::string>();
  return found->is_object() ? core::get_or<std::string>(*found, "content", fallback) : fallback;
}

[[noreturn]] void refuse_reasoning(const std::string& reasoning, const std::string& known) {
  throw core::UserError(
      "this model has no reasoning '" + reasoning + "'", "policy.reasoning", known);
}

// Qwen3 may think before it answers; an empty block, as its template writes it, keeps it to the
// answer. gpt-oss always may; off goes straight to the final channel.
void set_reasoning(const std::string& reasoning, bool can_think, ChatFormat& format) {
  if (format.kind == Kind::kHarmony) {
    if (reasoning == "off") format.answer_prefix = "<|channel|>final<|message|>";
    format.effort = reasoning == "off"                         ? "low"
                    : reasoning == "auto" || reasoning == "on" ? "medium"
                                                               : reasoning;
  } else if (can_think) {
    if (reasoning != "auto" && reasoning != "on" && reasoning != "off")
      refuse_reasoning(reasoning, "on or off");
    if (reasoning != "on") format.answer_prefix = "<think>\n\n</think>\n\n";
  } else if (reasoning != "auto" && reasoning != "off") {
    refuse_reasoning(reasoning, "auto");
  }
}

std::vector<const char*> end_texts(Kind kind) {
  switch (kind) {
    case Kind::kHarmony:  // <|end|> ends a message, not an answer
      return {"<|return|>", "<|call|>", "<|endoftext|>"};
    case Kind::kLlama3:
      return {"<|eot_id|>", "<|end_of_text|>", "<|eom_id|>"};
    default:
      return {"<|end|>", "<|im_end|>", "<|endoftext|>"};
  }
}

std::vector<int> end_tokens_of(Kind kind, const Tokenizer& tokenizer, const ModelConfig& config) {
  std::vector<int> tokens = config.end_tokens;
  for (const char* text : end_texts(kind)) {
    const int id = tokenizer.id_of(text);
    if (id >= 0 && std::find(tokens.begin(), tokens.end(), id) == tokens.end())
      tokens.push_back(id);
  }
  return tokens;
}

}  // namespace

std::string name_of(ChatFormat::Kind kind) {
  for (const auto& [known, name] : names()) {
    if (known == kind) return name;
  }
  return "";
}

std::string ChatFormat::render(const std::vector<ChatMessage>& messages) const {
  switch (kind) {
    case Kind::kChatMl:
      return chat::render_chatml(*this, messages);
    case Kind::kLlama3:
      return chat::render_llama3(*this, messages);
    case Kind::kHarmony:
      return chat::render_harmony(*this, messages);
    case Kind::kPlain:
      break;
  }
  std::string text;
  for (const auto& message : messages) text += (text.empty() ? "" : "\n") + message.content;
  return text;
}

std::string ChatFormat::render(const std::string& system, const std::string& user) const {
  if (system.empty()) return render({{"user", user, ""}});
  return render({{"system", system, ""}, {"user", user, ""}});
}

std::string ChatFormat::answer_of(const Tokenizer& tokenizer,
                                  const std::vector<int>& completion) const {
  if (kind == Kind::kHarmony)
    return chat::final_channel(answer_prefix +
                               tokenizer.decode(completion, /*skip_special=*/false));
  const std::string text = tokenizer.decode(completion, /*skip_special=*/true);
  return kind == Kind::kChatMl ? chat::without_thinking(text) : text;
}

ChatFormat load_chat_format(const core::fs::path& folder,
                            const Tokenizer& tokenizer,
                            const ModelConfig& config,
                            const std::string& reasoning) {
  const core::Json json = tokenizer_config(folder);
  const std::string where = (folder / "tokenizer_config.json").string();
  const std::string chat_template = template_of(folder, json),
                    name = core::get_or<std::string>(json, "chat_format", "");
  ChatFormat format;
  format.kind = name.empty() ? kind_of(chat_template, config, where) : kind_named(name, where);
  const bool can_think = format.kind == Kind::kChatMl && has(chat_template, "enable_thinking");
  format.strips_thinking = format.kind == Kind::kChatMl && has(chat_template, "</think>");
  if (format.kind == Kind::kChatMl) format.default_system = default_system_of(chat_template);
  if (format.kind == Kind::kHarmony) read_harmony(chat_template, format);
  format.names_dates = format.kind == Kind::kLlama3 && has(chat_template, "Cutting Knowledge Date");
  format.bos = token_text(json, "bos_token", format.bos);
  set_reasoning(reasoning, can_think, format);
  format.end_tokens = end_tokens_of(format.kind, tokenizer, config);
  return format;
}

std::string preferred_frame(const core::fs::path& folder) {
  return core::get_or<std::string>(tokenizer_config(folder), "prompt_frame", "full");
}

}  // namespace vegttt::policy

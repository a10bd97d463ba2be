#include "vegttt/policy/chat.h"

#include <algorithm>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"

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
  return read_if_there(folder / "chat_template.jinja");
}

ChatFormat::Kind kind_of(const core::fs::path& folder,
                         const core::Json& config,
                         const std::string& chat_template) {
  const std::string name = core::get_or<std::string>(config, "chat_format", "");
  if (name == "plain") return ChatFormat::Kind::kPlain;
  if (name == "chatml") return ChatFormat::Kind::kChatMl;
  const std::string where = (folder / "tokenizer_config.json").string();
  if (!name.empty())
    throw core::UserError("chat_format '" + name + "' is not known (plain, chatml)", where);
  if (chat_template.empty()) return ChatFormat::Kind::kPlain;
  if (chat_template.find("<|im_start|>") != std::string::npos) return ChatFormat::Kind::kChatMl;
  throw core::UserError("the chat template is of a family that is not supported (known: ChatML)",
                        where,
                        "write \"chat_format\": \"plain\" there to send prompts as they are");
}

// Qwen3 may think before it answers; an empty block, as its template writes it, keeps it to the
// answer.
std::string answer_prefix_of(const std::string& chat_template) {
  return chat_template.find("enable_thinking") != std::string::npos ? "<think>\n\n</think>\n\n"
                                                                    : "";
}

// Qwen2.5's template carries the system text it falls back to.
std::string default_system_of(const std::string& chat_template) {
  const std::string text = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";
  return chat_template.find(text) != std::string::npos ? text : "";
}

std::vector<int> end_tokens_of(const Tokenizer& tokenizer, const ModelConfig& config) {
  std::vector<int> tokens = config.end_tokens;
  for (const char* text : {"<|end|>", "<|im_end|>", "<|endoftext|>"}) {
    const int id = tokenizer.id_of(text);
    if (id >= 0 && std::find(tokens.begin(), tokens.end(), id) == tokens.end())
      tokens.push_back(id);
  }
  return tokens;
}

std::string message(const std::string& role, const std::string& text) {
  return "<|im_start|>" + role + "\n" + text + "<|im_end|>\n";
}

}  // namespace

std::string ChatFormat::render(const std::string& system, const std::string& user) const {
  if (kind == Kind::kPlain) return system.empty() ? user : system + "\n" + user;
  const std::string& first = system.empty() ? default_system : system;
  return (first.empty() ? "" : message("system", first)) + message("user", user) +
         "<|im_start|>assistant\n" + answer_prefix;
}

std::string ChatFormat::answer_of(const std::string& decoded) const {
  if (kind == Kind::kPlain) return decoded;
  const std::string end = "</think>";
  const auto thought = decoded.rfind(end);
  if (thought == std::string::npos) return decoded;
  const auto answer = decoded.find_first_not_of('\n', thought + end.size());
  return answer == std::string::npos ? "" : decoded.substr(answer);
}

ChatFormat load_chat_format(const core::fs::path& folder,
                            const Tokenizer& tokenizer,
                            const ModelConfig& config) {
  const core::Json json = tokenizer_config(folder);
  const std::string chat_template = template_of(folder, json);
  ChatFormat format;
  format.kind = kind_of(folder, json, chat_template);
  if (format.kind == ChatFormat::Kind::kChatMl) {
    format.default_system = default_system_of(chat_template);
    format.answer_prefix = answer_prefix_of(chat_template);
  }
  format.end_tokens = end_tokens_of(tokenizer, config);
  return format;
}

std::string preferred_frame(const core::fs::path& folder) {
  return core::get_or<std::string>(tokenizer_config(folder), "prompt_frame", "full");
}

}  // namespace vegttt::policy

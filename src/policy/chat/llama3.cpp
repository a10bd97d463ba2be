#include "chat/formats.h"

namespace vegttt::policy::chat {
namespace {

std::string header(const std::string& role) {
  return "<|start_header_id|>" + role + "<|end_header_id|>\n\n";
}

}  // namespace

std::string render_llama3(const ChatFormat& format, const Messages& messages) {
  std::string text = format.bos;
  std::size_t first = 0;
  if (format.names_dates) {  // the system message is there whether the caller gave one or not
    const bool given = !messages.empty() && messages[0].role == "system";
    text += header("system") + "Cutting Knowledge Date: December 2023\nToday Date: " + format.date +
            "\n\n" + (given ? stripped(messages[0].content) : "") + "<|eot_id|>";
    first = given ? 1 : 0;
  }
  for (std::size_t i = first; i < messages.size(); ++i)
    text += header(messages[i].role) + stripped(messages[i].content) + "<|eot_id|>";
  return text + header("assistant") + format.answer_prefix;
}

}  // namespace vegttt::policy::chat

#include "chat/formats.h"
#include "tokenizer/characters.h"

namespace vegttt::policy::chat {
namespace {

bool is_python_space(char32_t c) { return is_space(class_of(c)) || (c >= 0x1C && c <= 0x1F); }

}  // namespace

std::string stripped(const std::string& text) {
  std::size_t begin = 0, end = text.size();
  while (begin < end) {
    const Character c = character_at(text, begin);
    if (!is_python_space(c.code)) break;
    begin += c.size;
  }
  while (end > begin) {
    const Character c = character_before(text, end);
    if (!is_python_space(c.code)) break;
    end -= c.size;
  }
  return text.substr(begin, end - begin);
}

std::string lstrip_lines(const std::string& text) {
  const auto begin = text.find_first_not_of('\n');
  return begin == std::string::npos ? "" : text.substr(begin);
}

std::string rstrip_lines(const std::string& text) {
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

}  // namespace vegttt::policy::chat

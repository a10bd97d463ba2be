#include "messages.h"

#include <cstdlib>
#include <regex>
#include <sstream>
#include <vector>

#include "../cuda/readable_name.h"

namespace vegttt::evaluate::nvrtc {
namespace {

constexpr std::size_t kMost = 10, kLongest = 300;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// " in 'k', at 'no.such.instruction;'": where line `number` of the program stands.
std::string place(const std::vector<std::string>& ptx, std::size_t number) {
  if (number == 0 || number > ptx.size()) return "";
  std::string line = ptx[number - 1];
  line.erase(0, line.find_first_not_of(" \t"));
  static const std::regex begins(
      "(?:\\.visible )?\\.(?:entry|func)[^\\w$]*(?:\\([^)]*\\)\\s*)?([\\w$]+).*");
  for (std::size_t i = number; i-- > 0;)
    if (std::smatch found; std::regex_match(ptx[i], found, begins))
      return " in '" + readable_name(found[1]) + "', at '" + line.substr(0, kLongest) + "'";
  return " at '" + line.substr(0, kLongest) + "'";
}

// Names as they were written, numbers as people write them.
std::string readable(const std::string& text) {
  static const std::regex part("'(_Z\\w+)'|\\b0x([0-9a-fA-F]{1,15})\\b");
  std::string out;
  auto from = text.cbegin();
  for (std::sregex_iterator it(text.begin(), text.end(), part), end; it != end; ++it) {
    out.append(from, (*it)[0].first);
    out += (*it)[1].matched ? "'" + readable_name((*it)[1]) + "'"
                            : std::to_string(std::strtoull((*it)[2].str().c_str(), nullptr, 16));
    from = (*it)[0].second;
  }
  return out.append(from, text.cend()).substr(0, kLongest * 2);
}

}  // namespace

std::string readable_messages(std::string_view messages, std::string_view ptx) {
  static const std::regex error("ptxas (?:.*, line (\\d+); )?(?:error|fatal)\\s*: (.*)");
  const std::vector<std::string> program = lines_of(ptx);
  std::string out;
  std::size_t count = 0;
  for (const std::string& line : lines_of(messages)) {
    std::smatch found;
    if (!std::regex_match(line, found, error) || ++count > kMost) continue;
    const std::string what = readable(found[2]);
    if (what.find("aborted due to errors") != std::string::npos) continue;
    const std::size_t number = std::strtoul(found[1].str().c_str(), nullptr, 10);
    out += "candidate: error: " + what + place(program, number) + "\n";
  }
  return out.empty() ? "candidate: error: the assembler failed: " + std::string(messages) + "\n"
                     : out;
}

}  // namespace vegttt::evaluate::nvrtc

// A compiler's log as the model should read it. The assembled source carries #line marks, so
// positions are the model's already; what is left is NVRTC's way of writing them, paths of this
// machine, and length.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "vegttt/core/text.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::scaffold {
namespace {

constexpr std::size_t kLongestLog = 8000;  // bytes; the first errors are the ones that matter
constexpr std::size_t kLongestLine = 500;

bool is_path_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_./+-").find(c) != std::string_view::npos;
}

bool starts_path(std::string_view line, std::size_t i) {
  if (line[i] != '/' || i + 1 >= line.size() ||
      !(std::isalnum(static_cast<unsigned char>(line[i + 1])) != 0 || line[i + 1] == '_' ||
        line[i + 1] == '.'))
    return false;
  return i == 0 || std::string_view(" \t'\"(<=,:[").find(line[i - 1]) != std::string_view::npos;
}

// /usr/include/c++/12/bits/stl_vector.h:12 -> stl_vector.h:12
std::string without_folders(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    if (!starts_path(line, i)) {
      out.push_back(line[i++]);
      continue;
    }
    std::size_t end = i;
    while (end < line.size() && is_path_char(line[end])) ++end;
    const std::string_view path = line.substr(i, end - i);
    out.append(path.substr(path.find_last_of('/') + 1));
    i = end;
  }
  return out;
}

// candidate(12): error -> candidate:12: error
std::string gnu_positions(std::string line) {
  for (const std::string_view file : {"candidate(", "frame("}) {
    const std::size_t at = line.find(file);
    if (at == std::string::npos) continue;
    const std::size_t open = at + file.size() - 1;
    std::size_t close = open + 1;
    while (close < line.size() && std::isdigit(static_cast<unsigned char>(line[close])) != 0)
      ++close;
    if (close == open + 1 || close >= line.size() || line[close] != ')') continue;
    line.replace(close, 1, "");
    line.replace(open, 1, ":");
  }
  return line;
}

// Positions in the whole translation unit, as a compiler writes them that ignores #line
// ("candidate.cpp:17:3").
std::string mapped_position(std::string line, const records::Candidate& candidate) {
  for (const std::string_view file : {"candidate.cpp:", "candidate.cu:"}) {
    const std::size_t at = line.find(file);
    if (at == std::string::npos) continue;
    const std::size_t digits = at + file.size();
    std::size_t end = digits;
    std::size_t number = 0;
    while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end])) != 0 &&
           end < digits + 7)
      number = number * 10 + static_cast<std::size_t>(line[end++] - '0');
    if (end == digits) continue;
    const bool known =
        number >= 1 && number <= candidate.line_map.size() && candidate.line_map[number - 1] > 0;
    line.replace(at,
                 end - at,
                 known ? fmt::format("candidate:{}", candidate.line_map[number - 1])
                       : fmt::format("frame:{}", number));
  }
  return line;
}

}  // namespace

std::string map_log(const std::string& log, const records::Candidate& candidate) {
  const std::string text = core::valid_utf8(log);
  std::string out;
  std::size_t left = 0;
  for (const std::string_view raw : core::lines_of(text)) {
    if (out.size() > kLongestLog) {
      ++left;
      continue;
    }
    std::string line = mapped_position(gnu_positions(without_folders(raw)), candidate);
    if (line.size() > kLongestLine) line = core::valid_utf8(line.substr(0, kLongestLine)) + " ...";
    out += line + "\n";
  }
  if (left > 0) out += fmt::format("... {} more lines\n", left);
  return out;
}

}  // namespace vegttt::scaffold

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "device_compiler.h"
#include "vegttt/core/text.h"

namespace vegttt::evaluate {
namespace {

// A name that ends with '/' stands for everything below it.
constexpr std::array kAllowed = {"algorithm",
                                 "assert.h",
                                 "cassert",
                                 "cfloat",
                                 "climits",
                                 "cmath",
                                 "cooperative_groups.h",
                                 "cooperative_groups/",
                                 "cstddef",
                                 "cstdint",
                                 "cstdio",
                                 "cub/",
                                 "cuda.h",
                                 "cuda/",
                                 "cuda_bf16.h",
                                 "cuda_fp16.h",
                                 "cuda_fp8.h",
                                 "cuda_pipeline.h",
                                 "cuda_runtime.h",
                                 "device_launch_parameters.h",
                                 "float.h",
                                 "limits.h",
                                 "math.h",
                                 "math_constants.h",
                                 "mma.h",
                                 "stddef.h",
                                 "stdint.h",
                                 "stdio.h",
                                 "vector_types.h"};

bool allowed(std::string_view header) {
  if (header.find("..") != std::string_view::npos || core::starts_with(header, "/")) return false;
  return std::any_of(kAllowed.begin(), kAllowed.end(), [&](std::string_view name) {
    return name.back() == '/' ? core::starts_with(header, name) : header == name;
  });
}

// Block comments blanked, continued lines joined; the number of lines stays.
std::string plain_lines(const std::string& code) {
  std::string text;
  int joined = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code.compare(i, 2, "/*") == 0) {
      const std::size_t end = std::min(code.find("*/", i + 2), code.size());
      for (; i < end; ++i) text.push_back(code[i] == '\n' ? '\n' : ' ');
      ++i;
    } else if (code.compare(i, 2, "\\\n") == 0) {
      ++joined, ++i;
    } else if (code[i] == '\n') {
      text.append(static_cast<std::size_t>(joined) + 1, '\n');
      joined = 0;
    } else {
      text.push_back(code[i]);
    }
  }
  return text;
}

// "include <cmath>" of "# include <cmath>", "" for lines that are no directive.
std::string_view directive(std::string_view line) {
  line = core::trim(line);
  for (const std::string_view mark : {"#", "%:", "?\?="})
    if (core::starts_with(line, mark)) return core::trim(line.substr(mark.size()));
  return "";
}

// The operand's complaint, "" when it is allowed.
std::string complaint(std::string_view text) {
  const std::size_t word = static_cast<std::size_t>(
      std::find_if(
          text.begin(),
          text.end(),
          [](char c) { return std::isalpha(static_cast<unsigned char>(c)) == 0 && c != '_'; }) -
      text.begin());
  const std::string_view name = text.substr(0, word);
  if (name != "include" && name != "include_next" && name != "import" && name != "embed") return "";
  const std::string_view operand = core::trim(text.substr(word));
  const char closing = core::starts_with(operand, "<") ? '>' : '"';
  const std::size_t end = operand.size() < 2 ? std::string_view::npos : operand.find(closing, 1);
  if (name != "include" || end == std::string_view::npos ||
      (operand[0] != '<' && operand[0] != '"'))
    return "only #include <header> is accepted";
  const std::string_view header = operand.substr(1, end - 1);
  return allowed(header) ? "" : fmt::format("header '{}' is not available", header);
}

}  // namespace

std::string forbidden_include(const std::string& code) {
  const std::string text = plain_lines(code);
  int number = 0;
  for (const std::string_view line : core::lines_of(text)) {
    ++number;
    std::string why = complaint(directive(line));
    if (why.empty() && line.find("__has_include") != std::string_view::npos)
      why = "__has_include is not accepted";
    if (!why.empty()) return fmt::format("candidate:{}: error: {}\n", number, why);
  }
  return "";
}

}  // namespace vegttt::evaluate

// Code out of a completion. Models wrap it in prose, fences, or nothing at all.
#include <string>
#include <string_view>
#include <vector>

#include "vegttt/core/text.h"
#include "vegttt/scaffold/dialect.h"

namespace vegttt::scaffold {
namespace {

constexpr std::string_view kFence = "```";

// Quotes that chat models and word processors curl; no C++ source holds them outside of text.
std::string straighten(std::string text) {
  for (const char* single : {"\u2018", "\u2019", "\u201A", "\u201B"})
    text = core::replace_all(std::move(text), single, "'");
  for (const char* twofold : {"\u201C", "\u201D", "\u201E", "\u201F"})
    text = core::replace_all(std::move(text), twofold, "\"");
  return text;
}

bool is_fence(std::string_view line) { return core::starts_with(core::trim(line), kFence); }

// Blocks between fence lines; one that the length limit cut off ends with the text.
std::vector<std::string> fenced_blocks(std::string_view text) {
  std::vector<std::string> blocks;
  bool inside = false;
  for (const std::string_view line : core::lines_of(text)) {
    if (is_fence(line)) {
      inside = !inside;
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back().append(line).push_back('\n');
    }
  }
  return blocks;
}

bool holds_launch(std::string_view text) { return text.find("launch") != std::string_view::npos; }

}  // namespace

std::string extract_code(const std::string& completion) {
  const std::string text = straighten(completion);
  const std::vector<std::string> blocks = fenced_blocks(text);
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
    if (holds_launch(*block)) return *block;
  if (!blocks.empty()) return blocks.front();
  return holds_launch(text) ? text : "";
}

}  // namespace vegttt::scaffold

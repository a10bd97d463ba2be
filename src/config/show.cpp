#include <algorithm>

#include "vegttt/config/experiment.h"
#include "vegttt/core/text.h"

namespace vegttt::config {
namespace {

struct Line {
  std::string text;
  std::string comment;
};

// Opens the groups that `key` is in and `previous` was not.
void open_groups(const std::vector<std::string_view>& previous,
                 const std::vector<std::string_view>& parts,
                 std::vector<Line>& lines) {
  std::size_t shared = 0;
  while (shared + 1 < parts.size() && shared + 1 < previous.size() &&
         parts[shared] == previous[shared])
    ++shared;
  for (std::size_t depth = shared; depth + 1 < parts.size(); ++depth)
    lines.push_back({std::string(2 * depth, ' ') + std::string(parts[depth]) + ":", ""});
}

}  // namespace

std::string show_experiment(const LoadedExperiment& loaded) {
  const auto fields = fields_of(loaded.values);
  std::vector<Line> lines;
  std::vector<std::string_view> previous;
  for (const auto& field : fields) {
    const auto parts = core::split(field.key, '.');
    open_groups(previous, parts, lines);
    const auto origin = loaded.origins.find(field.key);
    lines.push_back(
        {std::string(2 * (parts.size() - 1), ' ') + std::string(parts.back()) + ": " + field.value,
         origin == loaded.origins.end() ? "" : origin->second.text});
    previous = parts;
  }
  std::size_t width = 0;
  for (const auto& line : lines)
    width = std::max(width, std::min<std::size_t>(line.text.size(), 44));
  std::string text;
  for (const auto& line : lines) {
    text += line.text;
    if (!line.comment.empty())
      text += std::string(line.text.size() < width ? width - line.text.size() : 0, ' ') + "  # " +
              line.comment;
    text += "\n";
  }
  return text;
}

}  // namespace vegttt::config

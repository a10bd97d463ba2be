#include <algorithm>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::core {
namespace {

// Columns on a terminal: code points, which is right for what the tables hold.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string padded(const std::string& cell, std::size_t width, bool right) {
  const std::string blanks(width - width_of(cell), ' ');
  return right ? blanks + cell : cell + blanks;
}

std::vector<std::size_t> column_widths(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  return widths;
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header, std::vector<bool> right)
    : right_(std::move(right)) {
  right_.resize(header.size(), false);
  rows_.push_back(std::move(header));
}

void TextTable::add(std::vector<std::string> row) {
  VEGTTT_ASSERT(row.size() == rows_.front().size(), "a row has one cell per column");
  rows_.push_back(std::move(row));
}

std::string TextTable::plain() const {
  const auto widths = column_widths(rows_);
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += padded(row[i], widths[i], right_[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string TextTable::markdown() const {
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    text += "|";
    for (const auto& cell : rows_[r]) text += " " + replace_all(cell, "|", "\\|") + " |";
    text += "\n";
    if (r > 0) continue;
    text += "|";
    for (const bool right : right_) text += right ? "---:|" : "---|";
    text += "\n";
  }
  return text;
}

}  // namespace vegttt::core

#include <cmath>
#include <cstdio>

#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/report/table.h"

namespace vegttt::report {
namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

// Halves away from zero, as people and the paper round: 26.25 is 26.3, whatever its bits are.
double rounded(double value, int decimals) {
  const double unit = std::pow(10, decimals);
  return std::copysign(std::floor(std::abs(value) * unit + 0.5 + 1e-9), value) / unit;
}

core::TextTable as_text(const Cells& cells) {
  core::TextTable table(cells.header(), cells.right());
  for (const auto& row : cells.rows()) {
    std::vector<std::string> words;
    for (const auto& cell : row) words.push_back(cell.text);
    table.add(std::move(words));
  }
  return table;
}

std::string listed(const std::vector<std::int64_t>& numbers) {
  std::vector<std::string> words;
  for (const auto number : numbers) words.push_back(std::to_string(number));
  return core::join(words, ", ");
}

}  // namespace

Cell missing_cell() { return "-"; }

Cell percent_cell(double rate, int decimals) {
  if (std::isnan(rate)) return missing_cell();
  return {formatted("%.*f %%", decimals, rounded(100 * rate, decimals)), rate};
}

Cell points_cell(double difference) {
  if (std::isnan(difference)) return missing_cell();
  return {formatted("%+.1f pp", rounded(100 * difference, 1)), difference};
}

Cell times_cell(double factor) {
  if (std::isnan(factor)) return missing_cell();
  return {formatted("%.2fx", rounded(factor, 2)), factor};
}

Cell number_cell(double value, int decimals) {
  if (std::isnan(value)) return missing_cell();
  return {formatted("%.*f", decimals, rounded(value, decimals)), value};
}

Cell count_cell(std::int64_t count) { return {std::to_string(count), static_cast<double>(count)}; }

Cell fraction_cell(std::int64_t k, std::int64_t n) {
  const std::string text = std::to_string(k) + "/" + std::to_string(n);
  if (n == 0) return text;
  return {text, static_cast<double>(k) / static_cast<double>(n)};
}

Cell interval_cell(double low, double high) {
  if (std::isnan(low) || std::isnan(high)) return missing_cell();
  return formatted("[%.1f, %.1f]", rounded(100 * low, 1), rounded(100 * high, 1));
}

Cells::Cells(std::vector<std::string> header, std::vector<bool> right)
    : header_(std::move(header)), right_(std::move(right)) {
  if (right_.empty() && !header_.empty()) {
    right_.assign(header_.size(), true);
    right_[0] = false;
  }
  right_.resize(header_.size(), false);
}

void Cells::add(std::vector<Cell> row) {
  VEGTTT_ASSERT(row.size() == header_.size(), "a row has one cell per column");
  rows_.push_back(std::move(row));
}

std::string Cells::plain() const { return as_text(*this).plain(); }
std::string Cells::markdown() const { return as_text(*this).markdown(); }

std::vector<std::string> Circumstances::lines() const {
  std::vector<std::string> parts;
  const auto say = [&](const char* what, const std::string& value) {
    if (!value.empty()) parts.push_back(*what == '\0' ? value : std::string(what) + " " + value);
  };
  say("n:", n);
  say("", denominators);
  say("Intervals:", interval);
  say("Task seeds", listed(task_seeds));
  say("Sample seeds", listed(sample_seeds));
  say("Protocol", protocol);
  say("Machine:", machine);
  std::vector<std::string> lines;
  if (!parts.empty()) lines.push_back(core::join(parts, ". ") + ".");
  if (!missing.empty()) lines.push_back("Missing: " + core::join(missing, "; ") + ".");
  return lines;
}

std::string Table::file_stem() const { return core::replace_all(name, "/", "-"); }

}  // namespace vegttt::report

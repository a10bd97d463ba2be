// A table as data: cells with their numbers, and the circumstances without which no number means
// anything. formats.h writes it.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace vegttt::report {

// What people read and, where it is a number, what programs read: rates as fractions, speedups as
// factors, seconds as seconds. The value is NaN where there is no number.
struct Cell {
  std::string text;
  double value = std::numeric_limits<double>::quiet_NaN();

  Cell() = default;
  Cell(const char* words) : text(words) {}
  Cell(std::string words) : text(std::move(words)) {}
  Cell(std::string words, double number) : text(std::move(words)), value(number) {}
  bool is_number() const { return !std::isnan(value); }
};

Cell percent_cell(double rate, int decimals = 1);    // 0.425 -> "42.5 %"
Cell points_cell(double difference);                 // 0.05 -> "+5.0 pp"
Cell times_cell(double factor);                      // 1.25 -> "1.25x"
Cell number_cell(double value, int decimals = 2);    // "0.79"
Cell count_cell(std::int64_t count);                 // "320"
Cell fraction_cell(std::int64_t k, std::int64_t n);  // "68/160", with the rate as its value
Cell interval_cell(double low, double high);         // rates: "[35.1, 50.2]"; no value
Cell missing_cell();                                 // "-"

// Rows below a header. `right` marks right-aligned columns; without it, all but the first are.
class Cells {
 public:
  Cells() = default;
  explicit Cells(std::vector<std::string> header, std::vector<bool> right = {});
  void add(std::vector<Cell> row);  // one cell per column

  const std::vector<std::string>& header() const { return header_; }
  const std::vector<bool>& right() const { return right_; }
  const std::vector<std::vector<Cell>>& rows() const { return rows_; }
  bool empty() const { return rows_.empty(); }
  std::string plain() const;     // columns aligned with two spaces between them
  std::string markdown() const;  // a GitHub table

 private:
  std::vector<std::string> header_;
  std::vector<bool> right_;
  std::vector<std::vector<Cell>> rows_;
};

// Whose numbers, how many, how measured. What is empty is not printed.
struct Circumstances {
  std::string n;             // "5 tasks x 32 samples"
  std::string denominators;  // "rates are over samples"
  std::string interval;      // "95 %, Wilson, given these tasks"
  std::vector<std::int64_t> task_seeds, sample_seeds;
  std::string protocol;  // "strict"
  std::string machine;   // "NVIDIA H200, CUDA 13.0"
  std::vector<std::string> missing;

  std::vector<std::string> lines() const;
};

struct Table {
  std::string name;  // "trajectory", "paper/table-5.1"; '/' becomes '-' in names of files
  std::string title;
  Cells cells;
  std::vector<std::string> notes;  // whole sentences
  Circumstances circumstances;
  // The plain answer, printed above the table; "" where there is no question.
  std::string answer;

  std::string file_stem() const;
};

}  // namespace vegttt::report

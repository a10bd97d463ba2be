// configs/paper/published.yaml: counts, tables as printed, known inconsistencies.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/report/statistics/intervals.h"

namespace vegttt::report::paper {

struct PublishedRow {
  std::vector<std::string> cells;
  std::vector<std::string> see;  // keys of inconsistencies
};

struct PublishedTable {
  std::string title;
  std::vector<std::string> columns;  // the first one names the row
  std::vector<PublishedRow> rows;
};

using ByNumber = std::map<int, int>;  // by task or seed

struct Counts {
  int trajectory_samples = 0;
  std::map<int, std::vector<int>> trajectory;  // task -> by step
  struct OfTasks {
    int samples = 0;
    ByNumber fast, correct;
  };
  OfTasks best_of_n_1, best_of_n_2, boa_step_1_subset_2;
  Stratum boa_step_0_subset_2, older_best_of_n, older_boa_step_1;
  ByNumber boa, prompt_only, feedback;
  int seed_samples = 0;
  int boa_correct = 0, prompt_only_correct = 0, feedback_correct = 0, seed_42_boa_correct = 0;
  int held_out_fast = 0, held_out_correct = 0, held_out_n = 0;
  ByNumber rlvr_correct;
  int rlvr_batch = 0;
  std::map<std::string, std::vector<double>> mean_speedup;       // method -> by seed
  std::map<std::string, double> student_tokens, teacher_tokens;  // thousands
};

const Counts& counts();
// Throws InternalError for an id that is not in the file.
const PublishedTable& published_table(const std::string& id);
const std::string& inconsistency(const std::string& key);

// The number that a cell as printed stands for: 30.6% -> 0.306, 21.44x -> 21.44, 313K -> 313000;
// NaN where there is none. `unit`: what one step of the last printed digit is worth.
double printed_value(const std::string& cell);
double printed_unit(const std::string& cell);

}  // namespace vegttt::report::paper

// One of the two things that are compared: a run, or runs that differ in their seeds alone.
#pragma once

#include <string>
#include <vector>

#include "vegttt/report/run_records.h"
#include "vegttt/report/statistics.h"

namespace vegttt::cli {

struct Side {
  std::string name;  // as it was given
  std::vector<report::RunRecords> runs;
  std::vector<std::string> warnings;
};

// A run, a folder of runs, or CAMPAIGN:LABEL. Throws UserError when there is none, or when the runs
// differ in more than seeds and tasks: averages over them would say nothing.
Side read_side(const std::string& name);

// What is compared, each per task and sample seed.
enum class Measure { kBestKernel, kFast1, kFast1Strict, kCorrect };
const std::vector<Measure>& all_measures();
const char* name_of(Measure measure);  // "best_kernel", "fast_1", ...

// Of the best kernel: log of its speedup, 0 where none was faster than the reference; timed anew
// where the run holds that. Rates: of the policy that the run ends with, on fresh samples where it
// has them. With `seeds` false every run counts as of seed 0. Throws UserError on two runs of one
// task set and seed.
struct Values {
  report::ByUnit values;
  std::map<report::Unit, report::Stratum> counts;  // of rates
};
Values values_of(const Side& side, Measure measure, bool seeds);

}  // namespace vegttt::cli

#pragma once

#include "compare/side.h"
#include "config_difference.h"
#include "vegttt/report/table.h"

namespace vegttt::cli {

// B against A, paired by task and sample seed.
struct Comparison {
  struct Row {
    Measure measure = Measure::kFast1;
    double a = 0, b = 0;              // means over tasks of the units that both have
    report::PairedComparison paired;  // b - a
    report::GivenTasks given_tasks;
    report::Verdict verdict = report::Verdict::kUnclear;
    Values of_a, of_b;
  };
  std::string a, b;
  std::vector<Row> rows;
  std::vector<Difference> config;  // of the first runs; without names and seeds
  std::vector<std::string> warnings;
};

// Throws UserError when they have no task and seed in common.
Comparison compare(const Side& a, const Side& b);

// What differs between the sides that a fair comparison keeps equal: budgets, protocol, machine.
std::vector<std::string> unfair(const Side& a, const Side& b);

// The verdicts, the tasks one by one, and what differs in the configs.
std::vector<report::Table> tables_of(const Comparison& comparison);
core::Json to_json(const Comparison& comparison);

}  // namespace vegttt::cli

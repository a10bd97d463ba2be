#include <algorithm>
#include <cmath>

#include "sections.h"

namespace vegttt::report::html {
namespace {

std::int64_t fast_kernels(const Run& run) {
  return std::count_if(run.rows.begin(), run.rows.end(), [](const Row& row) {
    return row.status == records::Status::kFast;
  });
}

Cell per_fast(double spent, std::int64_t fast, int decimals) {
  return fast == 0 ? missing_cell() : number_cell(spent / static_cast<double>(fast), decimals);
}

Table spent_table(const Model& model) {
  Table table;
  table.name = "spent";
  table.title = "What each run has spent";
  table.cells = Cells({"run",
                       "rollouts",
                       "of them fresh",
                       "evaluations",
                       "updates",
                       "student tokens",
                       "teacher tokens",
                       "trained tokens",
                       "device s",
                       "wall s"});
  for (const auto& run : model.runs) {
    const auto& l = run.records.ledger;
    table.cells.add({run_label(model, run),
                     count_cell(l.rollouts),
                     count_cell(run.fresh),
                     count_cell(l.evaluations),
                     count_cell(l.updates),
                     count_cell(l.student_prompt_tokens + l.student_completion_tokens),
                     count_cell(l.teacher_prompt_tokens + l.teacher_completion_tokens),
                     count_cell(l.trained_tokens),
                     number_cell(l.device_s, 1),
                     number_cell(l.wall_clock_s, 1)});
  }
  table.notes = {
      "Over all attempts, counted where it is spent; re-evaluation on fresh samples is included "
      "and named."};
  return table;
}

Table price_table(const Model& model) {
  Table table;
  table.name = "price";
  table.title = "What a fast kernel costs";
  table.cells = Cells({"run", "fast kernels", "tokens written for each", "device s for each"});
  for (const auto& run : model.runs) {
    const auto& l = run.records.ledger;
    const std::int64_t fast = fast_kernels(run);
    const auto tokens = l.student_completion_tokens + l.teacher_completion_tokens;
    table.cells.add({run_label(model, run),
                     count_cell(fast),
                     per_fast(static_cast<double>(tokens), fast, 0),
                     per_fast(l.device_s, fast, 1)});
  }
  table.notes = {
      "Kernels of the run that are correct and faster by their median, the same kernel counted "
      "each "
      "time it was written."};
  return table;
}

template <class F>
std::string range_of(const Model& model, const F& value) {
  double low = INFINITY, high = -INFINITY;
  for (const auto& run : model.runs)
    low = std::min(low, value(run)), high = std::max(high, value(run));
  return low == high ? "all " + number_cell(low, 0).text
                     : number_cell(low, 0).text + " to " + number_cell(high, 0).text;
}

// Whether the runs may be compared at all.
Table matched_table(const Model& model) {
  Table table;
  table.name = "matched-budgets";
  table.title = "Are the budgets matched?";
  table.cells = Cells({"of", "runs spent", "matched"}, {false, false, false});
  const auto add = [&](const char* name, auto value) {
    const std::string range = range_of(model, value);
    table.cells.add({name, range, range.starts_with("all") ? "yes" : "no"});
  };
  add("rollouts judged in the run",
      [](const Run& run) { return static_cast<double>(run.rows.size()); });
  add("evaluations",
      [](const Run& run) { return static_cast<double>(run.records.ledger.evaluations); });
  add("tokens written", [](const Run& run) {
    return static_cast<double>(run.records.ledger.student_completion_tokens +
                               run.records.ledger.teacher_completion_tokens);
  });
  add("device seconds", [](const Run& run) { return std::round(run.records.ledger.device_s); });
  table.notes = {
      "Runs that spent different amounts answer different questions: a difference between them is "
      "not one of methods alone."};
  return table;
}

}  // namespace

std::vector<Table> compute_tables(const Model& model) {
  std::vector<Table> list = {spent_table(model), price_table(model)};
  if (model.runs.size() > 1) list.push_back(matched_table(model));
  return list;
}

}  // namespace vegttt::report::html

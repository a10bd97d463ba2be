// What a careful reader checks first.
#include <algorithm>
#include <cmath>

#include "sections.h"
#include "vegttt/core/text.h"

namespace vegttt::report::html {
namespace {

struct Doubt {
  const char* name;
  const char* meaning;
  bool (*applies)(const Row& row);
};

bool has_flag(const Row& row, std::string_view flag) {
  const auto flags = core::split(row.flags, ' ');
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

const std::vector<Doubt>& doubts() {
  static const std::vector<Doubt> list = {
      {"suspicious",
       "correct, but faster than this machine can be: no reward",
       [](const Row& row) { return row.status == records::Status::kSuspicious; }},
      {"noisy",
       "the candidate's times spread by more than 10 %",
       [](const Row& row) { return has_flag(row, "noisy"); }},
      {"unclear",
       "faster by its median, but its 95 % interval holds 1",
       [](const Row& row) { return row.status == records::Status::kFast && row.low <= 1; }},
      {"throttled",
       "the GPU's clocks were lower than they could be",
       [](const Row& row) { return has_flag(row, "throttled"); }},
      {"reference_late",
       "some of the reference's times hold pauses of the host",
       [](const Row& row) { return has_flag(row, "reference_late"); }},
      {"timeout",
       "it did not end in time",
       [](const Row& row) { return row.status == records::Status::kTimeout; }},
      {"unscored",
       "this machine failed, not the kernel: outside of every rate",
       [](const Row& row) { return row.status == records::Status::kUnscored; }},
      {"cut_off",
       "the completion ended at the length limit",
       [](const Row& row) { return row.cut; }},
      {"weaker jail", "this machine refuses a part of the confinement", [](const Row& row) {
         return has_flag(row, "landlock_missing") || has_flag(row, "seccomp_missing");
       }}};
  return list;
}

Table counts_table(const Model& model) {
  Table table;
  table.name = "doubtful-counts";
  table.title = "Rollouts that a careful reader looks at first";
  std::vector<std::string> header = {"what", "means"};
  header.insert(header.end(), model.series.begin(), model.series.end());
  std::vector<bool> right(header.size(), true);
  right[0] = right[1] = false;
  table.cells = Cells(header, right);
  for (const auto& doubt : doubts()) {
    std::vector<Cell> row = {doubt.name, doubt.meaning};
    for (const auto& series : model.series) {
      std::int64_t k = 0, n = 0;
      for (const Run* run : model.runs_of(series)) {
        n += static_cast<std::int64_t>(run->rows.size());
        k += std::count_if(run->rows.begin(), run->rows.end(), doubt.applies);
      }
      row.push_back(fraction_cell(k, n));
    }
    table.cells.add(row);
  }
  table.notes = {"The status and flag filters of section 7 show them one by one."};
  return table;
}

struct Named {
  const Run* run;
  const Row* row;
};

Table suspicious_table(const Model& model) {
  constexpr std::size_t kMost = 20;
  std::vector<Named> found;
  for (const auto& run : model.runs)
    for (const auto& row : run.rows)
      if (row.status == records::Status::kSuspicious ||
          (row.status == records::Status::kFast && row.speedup > 10))
        found.push_back({&run, &row});
  std::sort(found.begin(), found.end(), [](const Named& a, const Named& b) {
    return a.row->speedup > b.row->speedup;
  });
  Table table;
  table.name = "doubtful-speedups";
  table.title = "Speedups to be believed last";
  table.cells = Cells({"run", "step", "task", "sample", "status", "speedup", "95 %", "flags"},
                      {false, true, false, true, false, true, true, false});
  for (std::size_t i = 0; i < std::min(kMost, found.size()); ++i) {
    const auto& [run, row] = found[i];
    table.cells.add({run_label(model, *run),
                     count_cell(row->step),
                     model.tasks[static_cast<std::size_t>(row->task)],
                     count_cell(row->sample),
                     records::name_of(row->status),
                     times_cell(row->speedup),
                     "[" + number_cell(row->low).text + ", " + number_cell(row->high).text + "]",
                     row->flags});
  }
  table.notes = {found.empty()
                     ? "No kernel is marked suspicious, and none is more than ten times as fast as "
                       "the reference."
                     : std::to_string(found.size()) +
                           " kernels are suspicious or more than ten times as fast as the "
                           "reference; the largest " +
                           std::to_string(std::min(kMost, found.size())) + " are listed."};
  return table;
}

Table attempts_table(const Model& model) {
  Table table;
  table.name = "doubtful-attempts";
  table.title = "Interruptions";
  table.cells = Cells({"run", "state", "attempts", "warnings"}, {false, false, true, true});
  for (const auto& run : model.runs)
    table.cells.add({run_label(model, run),
                     state_text(run),
                     count_cell(run.records.ledger.attempts),
                     count_cell(static_cast<int>(run.warnings.size()))});
  for (const auto& name : model.absent) table.notes.push_back("Missing: " + name + ".");
  return table;
}

}  // namespace

std::vector<Table> doubtful_tables(const Model& model) {
  return {counts_table(model), suspicious_table(model), attempts_table(model)};
}

}  // namespace vegttt::report::html

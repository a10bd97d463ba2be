// What no budget paid for, the same way for every method.
#include "analysis_tables.h"
#include "circumstances.h"
#include "span.h"

namespace vegttt::report {
namespace {

struct Item {
  const char* column;
  const char* part;  // of outside.json
  const char* kind;
};

const std::vector<Item>& items() {
  static const std::vector<Item> all = {
      {"fresh rollouts", "reevaluation", "rollouts"},
      {"their prompt tokens", "reevaluation", "prompt_tokens"},
      {"their completion tokens", "reevaluation", "completion_tokens"},
      {"their verdicts", "reevaluation", "evaluations"},
      {"picks timed once more", "confirmations", "evaluations"},
      {"tokens of diagnostics", "diagnostics", "scored_tokens"},
      {"best kernels anew", "best_kernels_anew", "evaluations"},
      {"probe rollouts", "probe", "rollouts"},
      {"probe shared by", "probe", "shared_by"},
  };
  return all;
}

double number_in(const core::Json& outside, const char* part, const char* kind) {
  const auto found = outside.find(part);
  return found == outside.end() ? 0 : core::get_or<double>(*found, kind, 0);
}

// The probe's are counted once for all who share it, so not here.
double seconds_of(const core::Json& outside) {
  double seconds = 0;
  for (const char* part : {"reevaluation", "confirmations", "diagnostics", "best_kernels_anew"})
    seconds += number_in(outside, part, "device_s");
  return seconds;
}

std::vector<Cell> row_of(const Campaign& campaign, const std::string& label) {
  std::vector<Span> spent(items().size());
  Span seconds;
  int runs = 0;
  for (const auto& run : campaign.runs) {
    if (run.label != label || !run.done() || !run.outside.is_object()) continue;
    ++runs;
    for (std::size_t i = 0; i < spent.size(); ++i)
      spent[i].add(number_in(run.outside, items()[i].part, items()[i].kind));
    seconds.add(seconds_of(run.outside));
  }
  std::vector<Cell> row = {label, count_cell(runs)};
  for (const auto& one : spent) row.push_back(one.cell());
  row.push_back(seconds.cell());
  return row;
}

}  // namespace

Table outside_table(const Campaign& campaign) {
  Table table;
  table.name = "campaign/outside";
  table.title = campaign.title + ": what was spent outside of the budget, of every method alike";
  std::vector<std::string> header = {"method", "runs"};
  for (const auto& item : items()) header.push_back(item.column);
  header.push_back("device s");
  table.cells = Cells(header);
  for (const auto& label : campaign.labels()) table.cells.add(row_of(campaign, label));
  table.notes = {
      "Smallest and largest of the runs. None of it chose anything that the estimand counts. "
      "Seconds are without the probe's, which all runs from one theta_0 share."};
  table.circumstances = circumstances_of(campaign);
  return table;
}

}  // namespace vegttt::report

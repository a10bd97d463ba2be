// Section 5.2 of seed 42, and Figure 2.
#include <cstdlib>

#include "assemble.h"
#include "published_trajectory.h"
#include "tables_of_paper.h"

namespace vegttt::report::paper {
namespace {

std::vector<std::string> task_columns_of_paper() {
  std::vector<std::string> tasks;
  for (const auto& [task, by_step] : counts().trajectory) tasks.push_back(std::to_string(task));
  return tasks;
}

void add_our_trajectory(PaperTable& table, const CampaignRun& run) {
  for (const auto& step : run.records->trajectory.steps) {
    Pool pool;
    pool.add(step);
    RowCells cells = {count_cell(step.rollouts_so_far), percent_cell(step.aggregate_fast_1())};
    for (const auto& number : task_columns_of_paper()) {
      const auto found = step.tasks.find("L1/" + number);
      const bool known = found != step.tasks.end() && found->second.n > 0;
      cells.push_back(
          known ? percent_cell(static_cast<double>(found->second.fast_1) / found->second.n)
                : missing_cell());
    }
    cells.push_back(wilson_of(pool));
    cells.push_back(fraction_cell(pool.fast, pool.n));
    table.ours(std::to_string(step.step_idx), cells);
  }
}

}  // namespace

Table trajectory(const Campaign* campaign) {
  PaperTable table("paper/trajectory");
  for (std::size_t s = 0; s < published_steps(); ++s) {
    const auto tasks = published_step(s);
    RowCells cells = {count_cell(published_n() * static_cast<int>(s + 1)),
                      percent_cell(published_rate(s))};
    for (const auto& task : tasks)
      cells.push_back(percent_cell(static_cast<double>(task.k) / task.n));
    cells.push_back(wilson_cell(total(tasks), published_n()));
    cells.push_back(fraction_cell(total(tasks), published_n()));
    table.counts(std::to_string(s), cells);
  }
  if (const auto* run = run_beside_published(campaign)) {
    add_our_trajectory(table, *run);
    table.note("Ours: " + run->label + ", task seed " + std::to_string(run->task_seed) +
               ", sample seed " + std::to_string(run->sample_seed) + ".");
  }
  table.note(
      "Step s: rollouts sampled after s updates; rollouts are tasks x samples x (s + 1). Six "
      "published steps are compatible with one rate (chi-square p = .79, paper/statistics).");
  return table.build();
}

Table figure_trajectory(const Campaign* campaign) {
  Table table;
  table.name = "paper/figure-2";
  table.title = "Figure 2: trajectories, selected steps, and the reference of 50 steps";
  table.cells = Cells({"source", "seed", "step", "fast_1", "low", "high", "selected"},
                      {false, false, true, true, true, true, false});
  const auto scores = published_scores();
  const auto best = best_step(scores);
  for (std::size_t s = 0; s < scores.size(); ++s) {
    const auto interval = wilson(total(published_step(s)), published_n());
    table.cells.add({"counts",
                     "42",
                     count_cell(static_cast<int>(s)),
                     percent_cell(scores[s]),
                     percent_cell(interval.low),
                     percent_cell(interval.high),
                     s == best ? "selected" : ""});
  }
  for (const auto& row : published_table("paper/table-5.3").rows) {
    if (row.cells[0] != "43" && row.cells[0] != "44") continue;
    const int k = counts().boa.at(std::atoi(row.cells[0].c_str()));
    const auto interval = wilson(k, counts().seed_samples);
    table.cells.add({"counts",
                     row.cells[0],
                     Cell(row.cells[1], printed_value(row.cells[1])),
                     percent_cell(static_cast<double>(k) / counts().seed_samples),
                     percent_cell(interval.low),
                     percent_cell(interval.high),
                     "selected"});
  }
  for (const auto* run : runs_of(campaign, Kind::kBoa, "1")) {
    const auto* selected = step_of(*run, Kind::kBoa);
    for (const auto& step : run->records->trajectory.steps) {
      Pool pool;
      pool.add(step);
      const auto interval = wilson(pool.fast, pool.n);
      table.cells.add({"ours",
                       std::to_string(run->task_seed) + "/" + std::to_string(run->sample_seed),
                       count_cell(step.step_idx),
                       percent_cell(step.aggregate_fast_1()),
                       percent_cell(interval.low),
                       percent_cell(interval.high),
                       selected == &step ? "selected" : ""});
    }
  }
  table.notes = {
      "The published figure shades steps 1 to 2 as the threshold and compares with TTT-Discover's "
      "50 "
      "steps. Of seeds 43 and 44 only the selected step was published.",
      "Ours by task seed/sample seed; intervals are Wilson's, given the tasks.",
      "[9] " + inconsistency("9")};
  return table;
}

}  // namespace vegttt::report::paper

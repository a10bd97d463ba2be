// Sections 5.2 and 5.3 of seed 42, and Figure 2.
#include <algorithm>

#include "assemble.h"
#include "our_runs.h"
#include "tables_of_paper.h"
#include "vegttt/core/text.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report::paper {
namespace {

std::vector<Stratum> published_step(std::size_t s) {
  std::vector<Stratum> tasks;
  for (const auto& [task, by_step] : counts().trajectory)
    tasks.push_back({by_step[s], counts().trajectory_samples});
  return tasks;
}

std::size_t published_steps() { return counts().trajectory.begin()->second.size(); }

int total(const std::vector<Stratum>& tasks) {
  int sum = 0;
  for (const auto& task : tasks) sum += task.k;
  return sum;
}

int published_n() {
  return counts().trajectory_samples * static_cast<int>(counts().trajectory.size());
}

double published_rate(std::size_t s) {
  return static_cast<double>(total(published_step(s))) / published_n();
}

std::size_t best_step(const std::vector<double>& scores) {
  return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

std::vector<double> published_scores() {
  std::vector<double> scores;
  for (std::size_t s = 0; s < published_steps(); ++s) scores.push_back(published_rate(s));
  return scores;
}

// The step that early stop with patience 1 selects, and the one that it has to run to know.
std::pair<std::size_t, std::size_t> early_stop(const std::vector<double>& scores) {
  std::size_t best = 0;
  for (std::size_t s = 1; s < scores.size(); ++s) {
    if (scores[s] < scores[best]) return {best, s};
    if (scores[s] > scores[best]) best = s;
  }
  return {best, scores.size() - 1};
}

double published_oracle() {
  int sum = 0;
  for (const auto& [task, by_step] : counts().trajectory)
    sum += *std::max_element(by_step.begin(), by_step.end());
  return static_cast<double>(sum) / published_n();
}

// Ours: the first run of seed 42 (or of the first task seed) on subset 1.
const CampaignRun* our_run(const Campaign* campaign) {
  const auto runs = runs_of(campaign, Kind::kBoa, "1");
  for (const auto* run : runs) {
    if (run->task_seed == 42) return run;
  }
  return runs.empty() ? nullptr : runs.front();
}

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

const char* paper_name_of(const records::Selection& selection) {
  switch (selection.strategy) {
    case records::Strategy::kArgmax:
      return "BoA (argmax fast_1)";
    case records::Strategy::kEarlyStop:
      return selection.patience == 1 ? "Early Stop (P=1)" : "Early Stop (P=2)";
    case records::Strategy::kFixed:
      return "Fixed Step (final)";
    case records::Strategy::kOracle:
      return "Oracle (per-task best)";
    case records::Strategy::kPerTaskStop:
      return "Early Stop by task";
  }
  return "";
}

RowCells our_selection(const records::Selection& selection) {
  const auto fresh_k = selection.fresh_score
                           ? static_cast<int>(*selection.fresh_score * selection.fresh_n + 0.5)
                           : 0;
  return {percent_cell(selection.score),
          selection.selected_step < 0 ? Cell("varies") : count_cell(selection.selected_step),
          count_cell(selection.rollouts_spent),
          selection.fresh_score ? percent_cell(*selection.fresh_score) : missing_cell(),
          selection.fresh_score ? wilson_cell(fresh_k, selection.fresh_n) : missing_cell()};
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
  if (const auto* run = our_run(campaign)) {
    add_our_trajectory(table, *run);
    table.note("Ours: " + run->label + ", task seed " + std::to_string(run->task_seed) +
               ", sample seed " + std::to_string(run->sample_seed) + ".");
  }
  table.note(
      "Step s: rollouts sampled after s updates; rollouts are tasks x samples x (s + 1). Six "
      "published steps are compatible with one rate (chi-square p = .79, paper/statistics).");
  return table.build();
}

Table selection(const Campaign* campaign) {
  PaperTable table("paper/selection", {"rollouts paid", "fresh", "95 % fresh"});
  const auto scores = published_scores();
  const auto best = best_step(scores);
  const auto [stopped, paid] = early_stop(scores);
  const auto rollouts = [](std::size_t last) {
    return count_cell(published_n() * static_cast<int>(last + 1));
  };
  const auto last = scores.size() - 1;
  table.counts("Fixed Step (final)",
               {percent_cell(scores[last]), count_cell(static_cast<int>(last)), rollouts(last)});
  table.counts("BoA (argmax fast_1)",
               {percent_cell(scores[best]), count_cell(static_cast<int>(best)), rollouts(last)});
  table.counts(
      "Early Stop (P=1)",
      {percent_cell(scores[stopped]), count_cell(static_cast<int>(stopped)), rollouts(paid)});
  table.counts("Oracle (per-task best)",
               {percent_cell(published_oracle()), "varies", rollouts(last)});
  if (const auto* run = our_run(campaign);
      run != nullptr && run->records->summary.contains("selections")) {
    std::string criterion;
    for (const auto& json : run->records->summary.at("selections")) {
      const auto one = records::selection_from_json(json);
      table.ours(paper_name_of(one), our_selection(one));
      criterion = one.criterion;
    }
    table.note("Ours selects by " + criterion + ".");
  }
  table.note(
      "`rollouts paid`: early stop has to run `P` steps beyond the selected one. A selected score "
      "is "
      "a maximum of noisy values; `fresh` is not.");
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

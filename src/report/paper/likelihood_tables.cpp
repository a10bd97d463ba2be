// What the successor of the paper adds: which of the correct samples one would take, and what a
// kernel's likelihood says about its speed. From Best-of-N's rollouts of ours.
#include <algorithm>
#include <cmath>

#include "our_runs.h"
#include "tables_of_paper.h"
#include "vegttt/report/statistics/bootstrap.h"
#include "vegttt/report/statistics/moments.h"
#include "vegttt/report/statistics/rank.h"

namespace vegttt::report::paper {
namespace {

using Lines = std::vector<const RolloutLine*>;

// What a strategy's choice is worth, in expectation where it draws.
struct Choice {
  double fast = 0, speedup = 0;
};

Choice value_of(const RolloutLine& line) { return {line.fast_1 ? 1.0 : 0.0, line.speedup}; }

Choice best(const Lines& correct) {
  return value_of(**std::max_element(
      correct.begin(), correct.end(), [](auto a, auto b) { return a->speedup < b->speedup; }));
}

Choice random(const Lines& correct) {
  Choice sum;
  for (const auto* line : correct) {
    sum.fast += line->fast_1 ? 1.0 : 0.0;
    sum.speedup += line->speedup;
  }
  const auto n = static_cast<double>(correct.size());
  return {sum.fast / n, sum.speedup / n};
}

Lines by_surprisal(Lines correct) {
  std::stable_sort(correct.begin(), correct.end(), [](auto a, auto b) {
    return a->mean_logprob < b->mean_logprob;
  });
  return correct;
}

Choice confidence(const Lines& correct) { return value_of(*by_surprisal(correct).back()); }
Choice surprisal(const Lines& correct) { return value_of(*by_surprisal(correct).front()); }

Choice surprisal_top_3(const Lines& correct) {
  auto sorted = by_surprisal(correct);
  sorted.resize(std::min<std::size_t>(3, sorted.size()));
  return best(sorted);
}

struct Strategy {
  const char* name;
  Choice (*choose)(const Lines& correct);
};
constexpr Strategy kStrategies[] = {{"best correct (measured)", best},
                                    {"random correct", random},
                                    {"confidence (likeliest correct)", confidence},
                                    {"surprisal (least likely correct)", surprisal},
                                    {"best of the 3 least likely", surprisal_top_3}};

// Correct samples by task of each run; a task without any counts as not fast.
using ByTask = std::map<std::string, Lines>;
ByTask correct_by_task(const std::vector<RolloutLine>& lines) {
  ByTask tasks;
  for (const auto& line : lines) {
    if (line.unscored) continue;
    auto& correct = tasks[line.task_id];
    if (line.correct) correct.push_back(&line);
  }
  return tasks;
}

std::vector<Cell> row_of(const Strategy& strategy, const std::vector<ByTask>& runs) {
  std::map<std::string, std::vector<double>> fast_by_task;
  std::vector<double> seeds, speedups;
  for (const auto& run : runs) {
    std::vector<double> of_run;
    for (const auto& [task, correct] : run) {
      const Choice choice = correct.empty() ? Choice{} : strategy.choose(correct);
      of_run.push_back(choice.fast);
      fast_by_task[task].push_back(choice.fast);
      if (!correct.empty()) speedups.push_back(choice.speedup);
    }
    seeds.push_back(mean(of_run));
  }
  std::vector<std::vector<double>> clusters;
  for (auto& [task, values] : fast_by_task) clusters.push_back(std::move(values));
  const auto result = clustered_bootstrap(clusters);
  return {strategy.name,
          percent_cell(result.value),
          percent_cell(sample_std(seeds)),
          interval_cell(result.interval.low, result.interval.high),
          times_cell(mean(speedups)),
          count_cell(static_cast<std::int64_t>(clusters.size())),
          count_cell(static_cast<std::int64_t>(runs.size()))};
}

void add_quartiles(Cells& cells, Lines correct) {
  correct = by_surprisal(std::move(correct));
  for (std::size_t quarter = 0; quarter < 4; ++quarter) {
    const auto first = correct.size() * quarter / 4, end = correct.size() * (quarter + 1) / 4;
    int fast = 0;
    std::vector<double> speedups, tokens, logprobs;
    for (auto i = first; i < end; ++i) {
      fast += correct[i]->fast_1;
      speedups.push_back(correct[i]->speedup);
      tokens.push_back(correct[i]->completion_tokens);
      logprobs.push_back(correct[i]->mean_logprob);
    }
    const int n = static_cast<int>(end - first);
    const auto interval = wilson(fast, n);
    cells.add({quarter == 0   ? "least likely quarter"
               : quarter == 3 ? "likeliest quarter"
                              : "quarter " + std::to_string(quarter + 1),
               fraction_cell(fast, n),
               percent_cell(n == 0 ? std::nan("") : static_cast<double>(fast) / n),
               interval_cell(interval.low, interval.high),
               times_cell(mean(speedups)),
               number_cell(mean(tokens), 0),
               number_cell(mean(logprobs), 4)});
  }
}

std::string correlation_text(const Lines& correct) {
  std::vector<double> likelihood, speedup, length;
  for (const auto* line : correct) {
    likelihood.push_back(line->mean_logprob);
    speedup.push_back(line->speedup);
    length.push_back(line->completion_tokens);
  }
  const auto rho = spearman(likelihood, speedup);
  if (std::isnan(rho.rho)) return "";
  const auto partial = partial_spearman(likelihood, speedup, length);
  return "Spearman of likelihood and speedup: " + number_cell(rho.rho, 3).text + " (p " +
         number_cell(rho.p, 3).text + ", n " + std::to_string(rho.n) + "); less length " +
         number_cell(partial.rho, 3).text +
         ". Samples of one task are not independent: these p-values are too small.";
}

}  // namespace

Table correct_selection(const Campaign* campaign) {
  Table table;
  table.name = "successor/selection";
  table.title = "Which correct sample is taken: Best-of-N of ours";
  table.cells = Cells({"strategy", "fast_1", "std of seeds", "95 %", "speedup", "tasks", "runs"});
  std::vector<ByTask> runs;
  for (const auto* run : runs_of(campaign, Kind::kBestOfN, "1"))
    runs.push_back(correct_by_task(rollouts_of(*run->records)));
  for (const auto& strategy : kStrategies) {
    if (!runs.empty()) table.cells.add(row_of(strategy, runs));
  }
  table.notes = {
      "All share the check of all samples for correctness; the first one times them all as well. "
      "Rates are over tasks (one without a correct sample is not fast), intervals from the "
      "bootstrap "
      "over tasks; random is the expectation."};
  if (runs.empty()) table.circumstances.missing = {"ours: no run of Best-of-N"};
  return table;
}

Table surprisal_quartiles(const Campaign* campaign) {
  Table table;
  table.name = "successor/surprisal";
  table.title = "What a correct kernel's likelihood says about its speed: Best-of-N of ours";
  table.cells = Cells(
      {"quarter by mean log-prob", "fast", "fast_1", "95 %", "speedup", "tokens", "log-prob"});
  Lines correct;
  for (const auto* run : runs_of(campaign, Kind::kBestOfN, "1")) {
    for (const auto& line : rollouts_of(*run->records)) {
      if (line.correct) correct.push_back(&line);
    }
  }
  if (correct.empty()) {
    table.circumstances.missing = {"ours: no run of Best-of-N with a correct sample"};
    return table;
  }
  add_quartiles(table.cells, correct);
  table.notes = {"Quarters of the correct samples of all tasks and seeds.",
                 correlation_text(correct)};
  return table;
}

}  // namespace vegttt::report::paper

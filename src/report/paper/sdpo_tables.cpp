// Section 5.5 and Figure 3: prompt-only against feedback.
#include "assemble.h"
#include "our_runs.h"
#include "tables_of_paper.h"
#include "vegttt/report/statistics/moments.h"
#include "vegttt/report/statistics/tests.h"

namespace vegttt::report::paper {
namespace {

Pool counted(int k, int n) {
  Pool pool;
  pool.fast = k;
  pool.n = n;
  return pool;
}

RowCells row_of(const Pool& prompt_only, const Pool& feedback) {
  return {fast_cell(prompt_only),
          fast_cell(feedback),
          points_cell(prompt_only.rate() - feedback.rate()),
          wilson_of(prompt_only),
          wilson_of(feedback),
          fraction_cell(prompt_only.fast, prompt_only.n),
          fraction_cell(feedback.fast, feedback.n),
          number_cell(fisher_exact(prompt_only.fast, prompt_only.n, feedback.fast, feedback.n))};
}

}  // namespace

Table sdpo(const Campaign* campaign) {
  PaperTable table(
      "paper/sdpo",
      {"95 % prompt-only", "95 % feedback", "n prompt-only", "n feedback", "Fisher p"});
  const auto& c = counts();
  int of_prompt_only = 0, of_feedback = 0, n = 0;
  for (const auto& [seed, k] : c.prompt_only) {
    table.counts(std::to_string(seed),
                 row_of(counted(k, c.seed_samples), counted(c.feedback.at(seed), c.seed_samples)));
    of_prompt_only += k;
    of_feedback += c.feedback.at(seed);
    n += c.seed_samples;
  }
  table.counts("Mean", row_of(counted(of_prompt_only, n), counted(of_feedback, n)));
  const auto prompt_only = runs_of(campaign, Kind::kPromptOnly, "1");
  const auto feedback = runs_of(campaign, Kind::kFeedback, "1");
  if (!prompt_only.empty() && !feedback.empty()) {
    for (const auto seed : task_seeds_of(prompt_only)) {
      const auto a = pool_of(with_task_seed(prompt_only, seed), Kind::kPromptOnly);
      const auto b = pool_of(with_task_seed(feedback, seed), Kind::kFeedback);
      if (a.n > 0 && b.n > 0) table.ours(std::to_string(seed), row_of(a, b));
    }
    table.ours("Mean",
               row_of(pool_of(prompt_only, Kind::kPromptOnly), pool_of(feedback, Kind::kFeedback)));
  }
  table.note(
      "After one update. p: Fisher's exact on pooled samples; by the sign test three of three "
      "seeds "
      "are p = .25. Published against the unadapted step 0 of seed 42 (60/160): p = .91 and .82.");
  return table.build();
}

Table figure_feedback(const Campaign* campaign) {
  Table table;
  table.name = "paper/figure-3";
  table.title = "Figure 3: prompt-only and feedback by seed";
  table.cells = Cells({"source", "seed", "condition", "fast_1", "low", "high"},
                      {false, false, false, true, true, true});
  const auto add =
      [&](const char* source, std::int64_t seed, const char* condition, const Pool& pool) {
        if (pool.n == 0) return;
        const auto interval = wilson(pool.fast, pool.n);
        table.cells.add({source,
                         std::to_string(seed),
                         condition,
                         percent_cell(pool.rate()),
                         percent_cell(interval.low),
                         percent_cell(interval.high)});
      };
  const int n = counts().seed_samples;
  for (const auto& [seed, k] : counts().prompt_only) {
    add("counts", seed, "prompt-only", counted(k, n));
    add("counts", seed, "feedback", counted(counts().feedback.at(seed), n));
  }
  const auto prompt_only = runs_of(campaign, Kind::kPromptOnly, "1");
  const auto feedback = runs_of(campaign, Kind::kFeedback, "1");
  for (const auto seed : task_seeds_of(prompt_only)) {
    add("ours", seed, "prompt-only", pool_of(with_task_seed(prompt_only, seed), Kind::kPromptOnly));
    add("ours", seed, "feedback", pool_of(with_task_seed(feedback, seed), Kind::kFeedback));
  }
  table.notes = {"Intervals are Wilson's over samples, given the tasks of a seed.",
                 "[7] " + inconsistency("7")};
  return table;
}

}  // namespace vegttt::report::paper

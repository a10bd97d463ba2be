// Section 5.4, Appendix B and C.1.
#include <cmath>
#include <cstdio>

#include "assemble.h"
#include "our_runs.h"
#include "tables_of_paper.h"
#include "vegttt/report/statistics/moments.h"

namespace vegttt::report::paper {
namespace {

// Held-out tasks are runs of `base` on a subset called held-out: those of `label`, which begin with
// the selected checkpoint of a method, or those of theta_0.
Pool held_out_pool(const Campaign* campaign, const std::string& label) {
  Pool pool;
  if (campaign == nullptr) return pool;
  for (const auto& run : campaign->runs) {
    if (!run.done() || run.subset != "held-out" || run.records->trajectory.steps.empty()) continue;
    const bool from_theta_0 = run.records->config.policy.init.empty();
    if (label.empty() ? from_theta_0 : run.label == label)
      pool.add(run.records->trajectory.steps.front());
  }
  return pool;
}

Cell thousands(double tokens) {
  if (std::isnan(tokens)) return missing_cell();
  if (tokens == 0) return {"0", 0.0};
  char text[32];
  std::snprintf(text, sizeof text, tokens < 10000 ? "%.1fK" : "%.0fK", tokens / 1000);
  return {text, tokens};
}

struct Tokens {
  std::vector<double> rollouts, student, teacher, trained, evaluations, seconds;
};

void add(Tokens& sum, const records::ComputeLedger& spent) {
  const auto& outside = spent.outside;
  sum.rollouts.push_back(static_cast<double>(spent.rollouts - outside.rollouts));
  sum.student.push_back(static_cast<double>(spent.student_prompt_tokens +
                                            spent.student_completion_tokens -
                                            outside.prompt_tokens - outside.completion_tokens));
  sum.teacher.push_back(
      static_cast<double>(spent.teacher_prompt_tokens + spent.teacher_completion_tokens));
  sum.trained.push_back(static_cast<double>(spent.trained_tokens));
  sum.evaluations.push_back(static_cast<double>(spent.evaluations - outside.evaluations));
  sum.seconds.push_back(spent.device_s - outside.device_s);
}

RowCells row_of(const Tokens& sum) {
  const double student = mean(sum.student), teacher = mean(sum.teacher);
  return {number_cell(mean(sum.rollouts), 0),
          thousands(student),
          thousands(teacher),
          thousands(student + teacher),
          thousands(mean(sum.trained)),
          number_cell(mean(sum.evaluations), 0),
          number_cell(mean(sum.seconds), 0)};
}

// What BoA spent up to and with its step 1.
Tokens up_to_step_1(const Runs& runs) {
  Tokens sum;
  for (const auto* run : runs) {
    double rollouts = 0, tokens = 0;
    for (const auto& line : rollouts_of(*run->records)) {
      if (line.theta_step > 1) continue;
      ++rollouts;
      tokens += line.prompt_tokens + line.completion_tokens;
    }
    sum.rollouts.push_back(rollouts);
    sum.student.push_back(tokens);
    sum.teacher.push_back(0);
    sum.evaluations.push_back(rollouts);
  }
  return sum;
}

Tokens whole_runs(const Runs& runs) {
  Tokens sum;
  for (const auto* run : runs) add(sum, run->records->ledger);
  return sum;
}

}  // namespace

Table held_out(const Campaign* campaign) {
  PaperTable table("paper/held-out",
                   {"95 % eval", "95 % held-out", "theta_0 on held-out", "n eval", "n held-out"});
  const auto& c = counts();
  const int eval = c.boa.at(42), n = c.seed_samples;
  const auto add_counts = [&](const char* metric, int k_eval, int k_held_out) {
    table.counts(metric,
                 {percent_cell(static_cast<double>(k_eval) / n),
                  percent_cell(static_cast<double>(k_held_out) / c.held_out_n),
                  wilson_cell(k_eval, n),
                  wilson_cell(k_held_out, c.held_out_n),
                  missing_cell(),
                  fraction_cell(k_eval, n),
                  fraction_cell(k_held_out, c.held_out_n)});
  };
  add_counts("fast_1", eval, c.held_out_fast);
  add_counts("Correctness", c.seed_42_boa_correct, c.held_out_correct);
  const auto runs = runs_of(campaign, Kind::kBoa, "1");
  const auto of_eval = pool_of(runs, Kind::kBoa);
  const std::string boa = runs.empty() ? "BoA" : runs.front()->label;
  const auto selected = held_out_pool(campaign, boa + " selected"),
             start = held_out_pool(campaign, "");
  if (of_eval.n > 0 && (selected.n > 0 || start.n > 0)) {
    table.ours("fast_1",
               {fast_cell(of_eval),
                fast_cell(selected),
                wilson_of(of_eval),
                wilson_of(selected),
                fast_cell(start),
                fraction_cell(of_eval.fast, of_eval.n),
                fraction_cell(selected.fast, selected.n)});
    table.ours("Correctness",
               {correct_cell(of_eval),
                correct_cell(selected),
                wilson_cell(of_eval.correct, of_eval.n),
                wilson_cell(selected.correct, selected.n),
                correct_cell(start),
                fraction_cell(of_eval.correct, of_eval.n),
                fraction_cell(selected.correct, selected.n)});
  }
  table.note(
      "Ours: runs of `base` on a subset called held-out, from the selected checkpoint and from "
      "theta_0; without the latter a held-out rate says nothing about transfer.");
  return table.build();
}

Table rlvr_progression(const Campaign* campaign) {
  PaperTable table("paper/appendix-b", {"95 %", "n"});
  const auto& published = published_table("paper/appendix-b");
  std::size_t row = 0;
  for (const auto& [step, k] : counts().rlvr_correct) {
    table.counts(published.rows.at(row++).cells[0],
                 {percent_cell(static_cast<double>(k) / counts().rlvr_batch),
                  missing_cell(),
                  wilson_cell(k, counts().rlvr_batch),
                  fraction_cell(k, counts().rlvr_batch)});
  }
  const auto runs = runs_of(campaign, Kind::kRlvr);
  if (!runs.empty()) {
    const auto& steps = runs.front()->records->trajectory.steps;
    for (const auto& step : steps) {
      const bool last = &step == &steps.back();
      if (!last && (step.step_idx == 0 || step.step_idx % 10 != 0)) continue;
      Pool pool;
      pool.add(step);
      table.ours("Step " + std::to_string(step.step_idx) + (last ? " (final)" : ""),
                 {correct_cell(pool),
                  times_cell(pool.mean_speedup()),
                  wilson_cell(pool.correct, pool.n),
                  fraction_cell(pool.correct, pool.n)});
    }
  }
  table.note("Each row is one training batch of other tasks, not an evaluation, in both.");
  return table.build();
}

Table compute(const Campaign* campaign) {
  PaperTable table("paper/table-c.1", {"trained", "evaluations", "device s"});
  const int n = 2 * counts().seed_samples;
  const int tasks = static_cast<int>(counts().trajectory.size());
  for (const auto& [method, student] : counts().student_tokens) {
    const double teacher = counts().teacher_tokens.at(method);
    table.counts(method,
                 {count_cell(method == "RLVR Base (K=1)" ? tasks : n),
                  missing_cell(),
                  missing_cell(),
                  thousands(1000 * (student + teacher))});
  }
  const std::vector<std::pair<std::string, Kind>> kinds = {
      {"RLVR Base (K=1)", Kind::kBase},
      {"Best-of-N (K=64)", Kind::kBestOfN},
      {"SDPO (feedback)", Kind::kFeedback},
      {"SDPO (prompt-only)", Kind::kPromptOnly}};
  for (const auto& [name, kind] : kinds) {
    const auto runs = runs_of(campaign, kind, "1");
    if (!runs.empty()) table.ours(name, row_of(whole_runs(runs)));
  }
  if (const auto boa = runs_of(campaign, Kind::kBoa, "1"); !boa.empty()) {
    table.ours("BoA Step 1", row_of(up_to_step_1(boa)));
    table.ours("BoA, whole run", row_of(whole_runs(boa)));
  }
  table.note(
      "Ours: counted where it is spent, within the budget, mean over runs; student: prompt and "
      "completion of what was sampled; teacher: prompt and completion of what was scored.");
  return table.build();
}

}  // namespace vegttt::report::paper

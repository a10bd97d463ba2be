// Section 5.3: what strategies select from one trajectory, and what they pay.
#include <algorithm>

#include "assemble.h"
#include "published_trajectory.h"
#include "tables_of_paper.h"

namespace vegttt::report::paper {
namespace {

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
  if (const auto* run = run_beside_published(campaign)) {
    std::string criterion;
    for (const auto& one : selections_of(*run->records)) {
      table.ours(paper_name_of(one), our_selection(one));
      criterion = one.criterion;
    }
    if (!criterion.empty()) table.note("Ours selects by " + criterion + ".");
  }
  table.note(
      "`rollouts paid`: early stop has to run `P` steps beyond the selected one. A selected score "
      "is a maximum of noisy values; `fresh` is not.");
  return table.build();
}

}  // namespace vegttt::report::paper

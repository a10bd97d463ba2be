#include "../campaign/circumstances.h"
#include "tables_of_paper.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/report/paper.h"

namespace vegttt::report {
namespace {

struct Entry {
  PaperItem item;
  Table (*make)(const Campaign*);
};

const std::vector<Entry>& entries() {
  static const std::vector<std::string> both = {"1", "2"};
  static const std::vector<Entry> all = {
      {{"paper/table-4.1",
        "Section 4.1: equal-budget protocol",
        false,
        {"best_of_n", "batch_ttt"},
        {"1"}},
       paper::budget_protocol},
      {{"paper/table-4.5", "Section 4.5: selection strategies", false, {}, {}}, paper::strategies},
      {{"paper/table-5.1",
        "Table 5.1: efficiency frontier",
        false,
        {"batch_ttt", "sdpo", "best_of_n"},
        {"1"}},
       paper::frontier},
      {{"paper/table-5.2", "Table 5.2: Best-of-N selection", false, {"best_of_n"}, {"1"}},
       paper::best_of_n_selection},
      {{"paper/table-5.3", "Table 5.3: BoA checkpoint selection", false, {"batch_ttt"}, {"1"}},
       paper::boa_selection},
      {{"paper/trajectory", "Section 5.2: trajectory", false, {"batch_ttt"}, {"1"}},
       paper::trajectory},
      {{"paper/selection", "Section 5.3: selection strategies", false, {"batch_ttt"}, {"1"}},
       paper::selection},
      {{"paper/held-out",
        "Section 5.4: held-out tasks",
        false,
        {"batch_ttt", "base"},
        {"1", "held-out"}},
       paper::held_out},
      {{"paper/sdpo", "Section 5.5: prompt-only against feedback", false, {"sdpo"}, {"1"}},
       paper::sdpo},
      {{"paper/equal-budget",
        "Section 5.6: equal budget",
        false,
        {"best_of_n", "batch_ttt"},
        {"2"}},
       paper::equal_budget},
      {{"paper/per-task", "Section 5.6: by task", false, {"best_of_n", "batch_ttt"}, {"2"}},
       paper::per_task},
      {{"paper/regime", "Section 5.6: regimes", false, {"best_of_n", "batch_ttt"}, both},
       paper::regime},
      {{"paper/appendix-a",
        "Appendix A: configuration",
        false,
        {"best_of_n", "batch_ttt", "rlvr"},
        {"1", "2", "train"}},
       paper::configuration},
      {{"paper/appendix-b", "Appendix B: RLVR progression", false, {"rlvr"}, {}},
       paper::rlvr_progression},
      {{"paper/table-c.1",
        "Table C.1: compute",
        false,
        {"base", "best_of_n", "batch_ttt", "sdpo"},
        {"1"}},
       paper::compute},
      {{"paper/table-d.1",
        "Table D.1: mean speedup",
        false,
        {"batch_ttt", "sdpo", "best_of_n"},
        {"1"}},
       paper::mean_speedups},
      {{"paper/table-d.2", "Table D.2: selected speedup", false, {"best_of_n"}, {"1"}},
       paper::selected_speedups},
      {{"paper/figure-1", "Figure 1: the system", true, {}, {}}, paper::figure_system},
      {{"paper/figure-2", "Figure 2: trajectories", true, {"batch_ttt"}, {"1"}},
       paper::figure_trajectory},
      {{"paper/figure-3", "Figure 3: prompt-only and feedback", true, {"sdpo"}, {"1"}},
       paper::figure_feedback},
      {{"paper/figure-4", "Figure 4: regimes by task", true, {"best_of_n", "batch_ttt"}, both},
       paper::figure_regime},
      {{"paper/statistics", "The central claim, asked of the counts", false, {"batch_ttt"}, {"1"}},
       paper::claim_statistics},
      {{"successor/best-of-n-scaling",
        "Successor: pass@K of Best-of-N",
        false,
        {"best_of_n"},
        both},
       paper::best_of_n_scaling},
      {{"successor/equivalent-k",
        "Successor: adaptation in samples",
        false,
        {"best_of_n", "batch_ttt", "sdpo"},
        {"1"}},
       paper::equivalent_samples},
      {{"successor/selection", "Successor: which correct sample", false, {"best_of_n"}, {"1"}},
       paper::correct_selection},
      {{"successor/surprisal", "Successor: likelihood and speed", false, {"best_of_n"}, {"1"}},
       paper::surprisal_quartiles},
  };
  return all;
}

const Entry& entry_of(const std::string& id) {
  std::vector<std::string> known;
  for (const auto& entry : entries()) {
    if (entry.item.id == id) return entry;
    known.push_back(entry.item.id);
  }
  throw core::UserError("unknown table '" + id + "'" + core::did_you_mean(id, known),
                        "",
                        "one of " + core::join(known, ", "));
}

}  // namespace

const std::vector<PaperItem>& paper_items() {
  static const std::vector<PaperItem> items = [] {
    std::vector<PaperItem> list;
    for (const auto& entry : entries()) list.push_back(entry.item);
    return list;
  }();
  return items;
}

const PaperItem& paper_item(const std::string& id) { return entry_of(id).item; }

Table reproduce(const std::string& id, const Campaign* campaign) {
  Table table = entry_of(id).make(campaign);
  auto& circumstances = table.circumstances;
  if (campaign == nullptr) {
    circumstances.missing = {"ours: no campaign was given"};
  } else if (circumstances.protocol.empty()) {
    const auto missing = std::move(circumstances.missing);
    circumstances = circumstances_of(*campaign);
    circumstances.missing.insert(circumstances.missing.begin(), missing.begin(), missing.end());
  }
  return table;
}

}  // namespace vegttt::report

// The paper's tables and figures: what was published, what its counts give, and ours.
//
// What this leaves out: nothing here runs a model.
#pragma once

#include <string>
#include <vector>

#include "vegttt/report/campaign.h"
#include "vegttt/report/figure_files.h"
#include "vegttt/report/table.h"

namespace vegttt::report {

// One row of what `vegttt reproduce` knows.
struct PaperItem {
  std::string id;     // "paper/table-5.1"
  std::string title;  // "Table 5.1: efficiency frontier"
  bool figure = false;
  // What a campaign must hold to fill `ours`: methods (adapt.method), subsets ("1", "2").
  std::vector<std::string> methods;
  std::vector<std::string> subsets;
};
// In the order of the paper.
const std::vector<PaperItem>& paper_items();
// Throws UserError with the nearest id when there is none.
const PaperItem& paper_item(const std::string& id);

// The table: rows in groups of up to three, told apart by the column `source`: `published` as
// printed, `counts` as it follows from the published counts, `ours` from the campaign (cells are
// "-" without one). A column `see` names the known inconsistency where the first two differ.
// Figures give the table that is drawn.
Table reproduce(const std::string& id, const Campaign* campaign = nullptr);
// A figure drawn from that table, as files named by the id. Throws UserError for what is no figure.
FigureFiles draw_figure(const std::string& id, const Campaign* campaign = nullptr);

}  // namespace vegttt::report

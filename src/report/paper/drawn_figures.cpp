#include "drawn_figures.h"

#include <algorithm>
#include <map>

#include "figures/pdf.h"
#include "figures/svg.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"
#include "vegttt/report/paper.h"

namespace vegttt::report::paper {
namespace {

using Draw = figures::Drawing (*)(const Table&);

const std::map<std::string, Draw>& drawings() {
  static const std::map<std::string, Draw> all = {{"paper/figure-1", draw_system},
                                                  {"paper/figure-2", draw_trajectory},
                                                  {"paper/figure-3", draw_feedback},
                                                  {"paper/figure-4", draw_regime}};
  return all;
}

bool has_ours(const Table& table) {
  return std::any_of(table.cells.rows().begin(), table.cells.rows().end(), [](const auto& row) {
    return row.front().text == "ours";
  });
}

figures::Figure figure_of(const std::string& id, Draw draw, const Campaign* campaign) {
  figures::Figure figure;
  figure.table = reproduce(id, campaign);
  figure.name = figure.table.file_stem();
  figure.drawing = draw(figure.table);
  figure.caption = core::join(figure.table.notes, " ");
  figure.table.notes.clear();
  return figure;
}

}  // namespace

std::vector<figures::Figure> figures_beside(const Campaign& campaign) {
  std::vector<figures::Figure> all;
  bool any = false;
  for (const auto& [id, draw] : drawings()) {
    all.push_back(figure_of(id, draw, &campaign));
    any = any || has_ours(all.back().table);
  }
  return any ? all : std::vector<figures::Figure>{};
}

}  // namespace vegttt::report::paper

namespace vegttt::report {

FigureFiles draw_figure(const std::string& id, const Campaign* campaign) {
  const auto found = paper::drawings().find(paper_item(id).id);
  if (found == paper::drawings().end())
    throw core::UserError("'" + id + "' is a table, not a figure", "", "paper/figure-1 to -4");
  const auto figure = paper::figure_of(found->first, found->second, campaign);
  return {figure.name,
          figures::svg_file(figure.drawing, figure.table.title),
          figures::pdf_file(figure.drawing, figure.table.title)};
}

}  // namespace vegttt::report
